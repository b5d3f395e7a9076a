"""A variant: one way to do the work. Its docstring is its caption, its source is shown."""

import inspect
import textwrap
from dataclasses import dataclass, field

from labapp.experiments.deferral.kinds import kind


class BadVariant(TypeError):
    """A function that cannot be a variant; its text is one sentence that says why."""


@dataclass
class Variant:
    """One way to do the work of an experiment.

    ``unavailable`` is empty, or says in a few words why this variant cannot run here; ``needs()`` says the
    same of the database it is about to run on. ``around(**parameters)`` is a context manager that stands
    around each of its calls. ``wrong`` is why it is meant to return something else than the baseline.
    ``origin`` is empty for ours, and says where the user's own stands ("your cell In [7]"). Of one that is
    served, ``routes`` are more of its addresses, as in a URLconf, and with ``edge`` its traffic goes through
    what stands before the site. ``middleware`` gives its MIDDLEWARE from the usual one. ``queue`` says who
    does what it puts off: "celery", "tasks", or a kind of labapp.experiments.deferral; None where nothing is.
    """

    name: str
    function: object
    caption: str
    source: str
    colour: str
    baseline: bool = False
    unavailable: str = ""
    needs: object = None
    around: object = None
    wrong: str = ""
    origin: str = ""
    routes: tuple = ()
    edge: bool = False
    middleware: object = None
    queue: object = None
    _takes: list | None = field(default=None, init=False, repr=False)

    @property
    def ours(self):
        """Whether it belongs to the lab, so that it is trusted not to remember an answer."""
        return self.function.__module__.startswith("labapp.")

    def why_not(self):
        """Why it cannot run on the database at hand, or nothing."""
        return self.unavailable or (self.needs() if self.needs else "") or self._nobody_could_do_it()

    def _nobody_could_do_it(self):
        return kind(self.queue).missing() if self.queue is not None else ""

    def call(self, parameters):
        """Run it with the parameters it asks for."""
        if self._takes is None:  # asking a signature takes as long as a small query
            self._takes = wanted(self.function, parameters)
        return self.function(**{name: parameters[name] for name in self._takes})


def wanted(function, parameters):
    """The names among ``parameters`` that the function takes; BadVariant if it needs others."""
    signature = inspect.signature(function).parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in signature):
        return list(parameters)
    takes = [each for each in signature if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    unknown = [
        each.name for each in takes if each.name not in parameters and each.default is inspect.Parameter.empty
    ]
    if unknown or any(each.kind is each.POSITIONAL_ONLY for each in signature):
        offered = ", ".join(parameters) or "nothing"
        raise BadVariant(
            f"{function.__name__}() asks for {', '.join(unknown) or 'positional arguments'}, "
            f"and this experiment offers {offered}."
        )
    return [each.name for each in takes if each.name in parameters]


def caption(function):
    """The first line of its docstring, without the full stop."""
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    return lines[0].rstrip(".") if lines else ""


def sources(function, routes=()):
    """The source of the function, and of the views of these URL patterns."""
    views = dict.fromkeys([function, *(each.callback for each in routes)])
    return "\n\n\n".join(source(each).rstrip() for each in views)


def source(function):
    """Its source text without decorators, or a note where there is none."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return "# The source of this function is not at hand."
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), 0)
    return "\n".join(lines[start:])
