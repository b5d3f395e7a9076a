"""The threads of an interleaving: each stops before every cache call and statement until told to go on."""

import sys
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from queue import Empty, SimpleQueue
from threading import Thread, current_thread

from django.core.cache import caches
from django.db import OperationalError, connections

from labapp import probe

PATIENCE = 20.0  # seconds of one step, after which a piece is said to be stuck
CALLS = (
    "get", "set", "add", "delete", "touch", "incr", "decr", "has_key", "get_or_set",
    "get_many", "set_many", "delete_many", "clear", "incr_version", "decr_version",
)  # fmt: skip
LOOKS = "cache.get(", "cache.get_many(", "cache.has_key(", "SELECT"  # steps that change nothing
MAY_FAIL = "add", "delete", "touch"  # they say whether they have changed anything
GO, REFUSE, END = "go", "refuse", "end"
LOCKED = 5  # SQLITE_BUSY: another connection writes; 517 is a snapshot that is out of date, for good


class Stuck(RuntimeError):
    """A piece that does not come to its next step; the text names it."""


class Abandoned(BaseException):
    """Raised in a piece whose run is not wanted any more."""


class Cast:
    """The threads of a scenario, the same for all of its runs: they, their connections and caches stay."""

    def __init__(self):
        self._actors = {}
        self._playing = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.abandon()
        for actor in self._actors.values():
            actor.leave()

    def begin(self, functions):
        """Each function runs as far as its first step."""
        for name in functions:
            if name not in self._actors:
                self._actors[name] = Actor(name)
        self._playing = {name: self._actors[name] for name in functions}
        for name, function in functions.items():
            self._playing[name].tell(function)

    def ready(self):
        """The names of those that have not ended."""
        return [name for name, actor in self._playing.items() if not actor.ended]

    def what(self, name):
        """The step before which it stands."""
        return self._playing[name].what

    def changed(self, name):
        """Whether its last step has changed anything, as far as that can be told."""
        return self._playing[name].changed

    def go(self, name):
        """Let it make its step and come to the next; whether it could, and did not have to wait."""
        return self._playing[name].tell(GO) != "waits"

    def refuse(self, name):
        """Let the database's error reach it, that it had to wait."""
        self._playing[name].tell(REFUSE)

    def abandon(self):
        """End what is still running."""
        for name in self.ready():
            while not self._playing[name].ended:
                self._playing[name].tell(END)
        self._playing = {}

    def outcome(self):
        """({name: value}, {name: exception}) of a run that has ended."""
        ended = self._playing.items()
        values = {name: actor.value for name, actor in ended if actor.error is None}
        return values, {name: actor.error for name, actor in ended if actor.error is not None}


class Actor:
    """A thread with connections and caches of its own, for one piece after the other."""

    def __init__(self, name):
        self.name = name
        self.what, self.ended, self.value, self.error = "", True, None, None
        self.changed = True
        self._words, self._answers = SimpleQueue(), SimpleQueue()
        self._sql, self._again, self._announced = None, False, False
        self._thread = Thread(target=self._live, name=f"interleaving {name}", daemon=True)
        self._thread.start()

    # In the thread of who directs

    def tell(self, word):
        """Say a word (or give a function to run); returns when it stands before a step, waits or is done."""
        self._words.put(word)
        try:
            return self._answers.get(timeout=PATIENCE)
        except Empty:
            last = self.what or "its beginning"
            raise Stuck(f"{self.name} comes no further after {last}: what does it wait for?") from None

    def leave(self):
        """End the thread."""
        self._words.put(None)
        self._thread.join(PATIENCE)

    # In its own thread

    def _live(self):
        with ExitStack() as stack:
            stack.callback(connections.close_all)
            stack.enter_context(probe.before_statement(self._statement, waits=False))
            stack.enter_context(self._statements_told())
            for alias in caches:
                self._watch(caches[alias])
            while (function := self._words.get()) is not None:
                self._perform(function)

    def _perform(self, function):
        self.what, self.ended, self.value, self.error = "", False, None, None
        try:
            self.value = function()
        except Abandoned:
            pass
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the run
            self.error = error
        self.ended = True
        self._answers.put("ended")

    def _step(self, what):
        """Stand still before a step until told to make it."""
        self.what = what
        self._answers.put("stands")
        self._obey()
        self.changed = not what.startswith(LOOKS)

    def _obey(self):
        word = self._words.get()
        if word is END:
            raise Abandoned
        return word

    # Statements

    @contextmanager
    def _statements_told(self):
        """Every statement's text is known before it is sent, and one that has to wait says so."""
        with ExitStack() as stack:
            for connection in connections.all():
                with probe.unrecorded():
                    connection.ensure_connection()
                    if connection.vendor == "sqlite":
                        connection.connection.execute("PRAGMA busy_timeout = 0")
                stack.enter_context(connection.execute_wrapper(self._execute))
                connection._commit = partial(self._patiently, connection._commit)
            yield

    def _execute(self, execute, sql, params, many, context):
        self._sql = _shown(sql, params)
        return self._patiently(partial(execute, sql, params, many, context))

    def _statement(self):
        """The hook before each statement; COMMIT and ROLLBACK pass no wrapper, so their text is not known."""
        if current_thread() is not self._thread:
            return  # a thread that the piece has started goes its own way
        again, self._again = self._again, False
        sql, self._sql = self._sql, None
        if not again:
            self._step(sql or ("ROLLBACK" if sys.exc_info()[0] else "COMMIT"))

    def _patiently(self, call):
        """Do it, again and again when another connection holds the lock, each time when told to."""
        while True:
            try:
                return call()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlite_errorcode", None) != LOCKED:
                    raise
                self._answers.put("waits")
                if self._obey() is REFUSE:
                    raise
                self._again = True

    # Caches

    def _watch(self, backend):
        """Stop before each call of this thread's own backend object."""
        for name in CALLS:
            setattr(backend, name, self._stopping(name, getattr(backend, name)))

    def _stopping(self, name, call):
        @wraps(call)
        def stopping(*args, **kwargs):
            # get_or_set() is a get() and an add() in most backends: the first of them is its own step.
            if not self._announced:
                self._step(_call(name, args))
            self._announced = not self._announced
            try:
                answer = call(*args, **kwargs)
                if name in MAY_FAIL:
                    self.changed = bool(answer)
                return answer
            finally:
                self._announced = False

        return stopping


def _call(name, args):
    return f"cache.{name}({', '.join(repr(each) for each in args[:1])})"


def _shown(sql, params):
    """The statement, short; with its parameters, so that two that differ are two."""
    text = " ".join(str(sql).split())
    return f"{text} {tuple(params)}" if params else text
