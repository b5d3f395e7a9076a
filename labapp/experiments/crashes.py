"""A process that dies before each of its steps: what is left then, and what a second delivery makes of it.

Whether a crash loses or doubles anything depends on where it hits, and in production that is luck. Here it
hits everywhere, once: a statement, a COMMIT and a cache call are steps, and so is what you name with
``step()``. The piece is killed before its first step, then before its second, and so on; the last time it has
ended, and dies before anybody hears of it.

    found = delivered_again(lambda: finish(7), begin, effects)
    assert found.exactly_once, found.shortest

A killed process is one whose connections end: what was committed stays, what was open is rolled back, no
``on_commit`` is called. In the piece it is an exception that only ``except BaseException`` catches, and
whoever does so comes no further than the next step. Files and messages are yours to name.
"""

from collections import Counter
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from threading import Thread

from django.core.cache import caches
from django.db import connections

from labapp import probe
from labapp.experiments.interleaving_actors import CALLS

LONGEST = 500  # steps of a piece, after which it is said never to end
END = "the end"

_dying = ContextVar("labapp_dying", default=None)


class Endless(RuntimeError):
    """A piece that has made LONGEST steps and goes on; the text names the last."""


class Killed(BaseException):
    """Raised in a piece in place of the step before which it dies."""


@dataclass(frozen=True)
class Crash:
    """A piece was killed when it had ``done`` these steps and was ``about_to`` make this one.

    ``about_to`` is "the end" where it had made them all.
    """

    done: tuple
    about_to: str

    def __str__(self):
        steps = "".join(f"  {each}\n" for each in self.done)
        return f"{steps}  killed before {self.about_to}"


@dataclass(frozen=True)
class Wrong:
    """A Crash after which something was ``lost`` or ``doubled``, Counters of effects, when it had run again.

    ``error`` is what the second run raised, None where it did not: who raises may be right all the same.
    """

    crash: Crash
    lost: Counter
    doubled: Counter
    error: Exception | None = None

    def __str__(self):
        counts = {"lost": self.lost, "doubled": self.doubled}
        said = [f"{name}: {_listed(each)}" for name, each in counts.items() if each]
        if self.error is not None:
            said.append(f"the second run raised {type(self.error).__name__}: {self.error}")
        return f"{self.crash}\n  {'; '.join(said)}"


@dataclass
class Deliveries:
    """What came of all crashes: how many there were, and the Wrong ones."""

    count: int = 0
    wrong: list = field(default_factory=list)

    @property
    def exactly_once(self):
        """Whether every effect was there once, wherever it was killed."""
        return not self.wrong

    @property
    def lost(self):
        """Those that lost something."""
        return [each for each in self.wrong if each.lost]

    @property
    def doubled(self):
        """Those that doubled something."""
        return [each for each in self.wrong if each.doubled]

    @property
    def shortest(self):
        """The Wrong with the fewest steps: the one to show; None where there is none."""
        return min(self.wrong, key=lambda each: len(each.crash.done), default=None)


def step(what):
    """Name a step that is neither a statement nor a cache call: a message sent, a file written.

    Call it before; wherever nothing is being killed it does nothing.
    """
    process = _dying.get()
    if process is not None:
        process.step(str(what))


def crashes(piece, begin):
    """Kill ``piece()`` before each of its steps, and yield the Crash of each.

    ``begin()`` puts everything back; it is called before each run, the caches are emptied, and its own steps
    are none. What a crash has left is to be looked at before the next one is asked for. Endless is raised for
    a piece that does not come to its end; what it raises by itself reaches you.
    """
    for number in count(1):
        _begin(begin)
        process = Process(dies_at=number)
        process.run(piece)
        if process.error is not None:
            raise process.error
        yield process.crash()
        if not process.dead:
            return


def delivered_again(piece, begin, effects, *, again=None, owed=None):
    """Kill ``piece()`` before each of its steps, let it run once more each time, and count. The Deliveries.

    ``effects()`` gives all that is there, an effect that is there twice twice. ``again()`` is what runs after
    the crash, in place of the piece: the relay of an outbox, say. ``owed()`` gives what should be there then;
    without it that is what a run that nobody kills leaves.
    """
    again, found = again or piece, Deliveries()
    right = None if owed else _undisturbed(piece, again if again is not piece else None, begin, effects)
    for crash in crashes(piece, begin):
        found.count += 1
        second = Process()
        second.run(again)
        with probe.unrecorded():
            there, should = Counter(effects()), Counter(owed()) if owed else right
        if there != should or second.error is not None:
            found.wrong.append(Wrong(crash, should - there, there - should, second.error))
    return found


def _undisturbed(piece, then, begin, effects):
    """The Counter of effects of one run that nobody kills; what it raises reaches you."""
    _begin(begin)
    for each in filter(None, (piece, then)):
        process = Process()
        process.run(each)
        if process.error is not None:
            raise process.error
    with probe.unrecorded():
        return Counter(effects())


def _begin(begin):
    with probe.unrecorded():
        for alias in caches:
            caches[alias].clear()
        begin()


class Process:
    """A piece in a thread with connections and caches of its own, which may die before one of its steps."""

    def __init__(self, dies_at=None):
        self.dies_at = dies_at
        self.steps, self.dead, self.error = [], False, None
        self._coming = []  # texts of the steps that come next

    def run(self, piece):
        """Returns when it has ended or is dead; what it raised is its ``error``."""
        thread = Thread(target=self._live, args=(piece,), name="a piece that dies")
        thread.start()
        thread.join()

    def crash(self):
        """The Crash it has died of."""
        return Crash(tuple(self.steps[: self.dies_at - 1]), self.steps[-1] if self.dead else END)

    def step(self, what):
        """It is about to do this: Killed where it dies before it, and ever after."""
        if self.dead:
            raise Killed
        self.steps.append(what)
        if len(self.steps) > LONGEST:
            raise Endless(f"After {LONGEST} steps it has not ended; the last one was {what}.")
        if len(self.steps) == self.dies_at:
            self.dead = True
            raise Killed

    def _live(self, piece):
        _dying.set(self)
        with ExitStack() as stack:
            stack.callback(connections.close_all)
            stack.enter_context(probe.before_statement(self._statement, waits=False))
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(self._announce))
            for alias in caches:
                self._watch(caches[alias])
            try:
                piece()
            except Killed:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is belongs to the run
                self.error = None if self.dead else error

    def _announce(self, execute, sql, params, many, context):
        """Keep the text of a statement for the hook that comes before it is sent."""
        connection = context["connection"]
        # The probe tells of the BEGIN that psycopg puts before the first statement of a transaction.
        begins = connection.vendor == "postgresql" and not connection.autocommit and _idle(connection)
        self._coming = ["BEGIN"] * begins + [_shown(sql, params)]
        return execute(sql, params, many, context)

    def _statement(self):
        """The hook before each; COMMIT and ROLLBACK pass no wrapper, so their texts are not known."""
        self.step(self._coming.pop(0) if self._coming else "COMMIT or ROLLBACK")

    def _watch(self, backend):
        for name in CALLS:
            setattr(backend, name, self._stepping(name, getattr(backend, name)))

    def _stepping(self, name, call):
        @wraps(call)
        def stepping(*args, **kwargs):
            self.step(f"cache.{name}({', '.join(map(repr, args))})")
            return call(*args, **kwargs)

        return stepping


def _idle(connection):
    return connection.connection.pgconn.transaction_status == 0


def _shown(sql, params):
    """The statement in one line, with its parameters."""
    text = " ".join(str(sql).split())
    return f"{text} {tuple(params)}" if params else text


def _listed(effects):
    return ", ".join(f"{number} of {effect}" for effect, number in effects.items())
