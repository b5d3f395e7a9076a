"""How a case is declared: `@case(...)` on a function of n, in the modules beside this one."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

POSITIVE: list["Case"] = []
NEGATIVE: list["Case"] = []
MARK = "# here"


@dataclass(frozen=True)
class Case:
    """One way to write code, and what is to be said about it.

    `kind` is the finding expected, None for none. `where` is the place that the finding must name: a
    template line, or every line of the function that ends in MARK. `times(n)` is how often. `before(n)`
    runs before the recording and gives the case its second argument. `grows` says whether the number of
    queries does.
    """

    run: Callable
    kind: str | None
    where: tuple[str, ...]
    times: Callable[[int], int]
    before: Callable[[int], object] | None
    grows: bool

    @property
    def name(self) -> str:
        return self.run.__name__


def case(kind="N+1", *, where=(), times=lambda n: n, before=None, grows=True):
    """Register a positive case."""

    def register(function):
        places = (where,) if isinstance(where, str) else tuple(where)
        POSITIVE.append(Case(function, kind, places or marked(function), times, before, grows))
        return function

    return register


def silent(*, before=None, grows=False, kind=None):
    """Register a negative case; `grows` notes honest batches: their number of queries does grow with n."""

    def register(function):
        NEGATIVE.append(Case(function, kind, (), lambda n: 0, before, grows))
        return function

    return register


def marked(function) -> tuple[str, ...]:
    """The lines of the function that end in MARK, as labels: "positive.py:31"."""
    lines, first = inspect.getsourcelines(function)
    file = Path(inspect.getsourcefile(function)).name
    return tuple(
        f"{file}:{first + number}" for number, line in enumerate(lines) if line.rstrip().endswith(MARK)
    )
