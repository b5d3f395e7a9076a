"""One run of the reader's function beside the reference, at one size, on data that nobody has seen."""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.db.models.signals import post_init
from django.template import TemplateSyntaxError

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.faults import sentence
from labapp.experiments.plain import NotPlain, plain
from labapp.experiments.unseen import unseen, untouched
from labapp.measure.sameness import difference
from labapp.measure.stop import Stopped


@dataclass(frozen=True)
class Task:
    """What is done around a call, as an Experiment says it: ``finish``, ``before`` and ``outcome``."""

    finish: object = None
    before: object = None
    outcome: object = None

    @property
    def writes(self):
        """Whether the call is judged by what it leaves in the database."""
        return self.outcome is not None


@dataclass
class Trial:
    """What one run showed.

    ``count`` statements, by the database's own count; ``steps``, its own measure of work; ``objects``:
    instances of models that were made; ``rows`` read and ``needed`` (what the reference reads for the same
    result); ``difference`` from the reference, ``fault`` when it raised, ``past`` when
    something went past Django's cursor. The last three are sentences without a full stop, or None.
    """

    parameters: dict
    full: bool = True
    count: int = 0
    steps: int = 0
    objects: int = 0
    rows: int = 0
    needed: int = 0
    recording: object = None
    difference: str | None = None
    fault: str | None = None
    past: str | None = None

    def run(self, variant, reference, task, stop, seed):
        """Fill in all of it. ``variant`` and ``reference`` are Variants, ``task`` is their Task."""
        with unseen(seed, self.full, task.writes) as witness, guarded(stop):
            self._prepare(task)
            made = []
            try:
                with witness.watching(), counting(made), probe.record(variant.name) as self.recording:
                    value = self._value(variant, task)
                value = self._outcome(value, task)
            except (Stopped, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                self.fault = _told(error, variant)
                return
            self.count = max(witness.count, self.recording.count)
            self.steps, self.objects = witness.steps, len(made)
            self.rows = self.recording.rows
            self.past = _past(witness, self.recording.count)
            # Only now, so that nothing of this data has been seen before the reader's function runs.
            with untouched(witness) if task.writes else nullcontext():
                self._expect(reference, task, value)

    def _expect(self, reference, task, value):
        """What the reference does, and whether the value is the same."""
        if task.writes:
            self._prepare(task)
        with probe.record(sites=False, spans=False, eager=False) as recording:
            expected = self._value(reference, task)
        self.needed = recording.rows
        self.difference = _difference(self._outcome(expected, task), value)

    def _prepare(self, task):
        if task.before is not None:
            with probe.unrecorded():
                task.before(**self.parameters)

    def _value(self, variant, task):
        value = variant.call(self.parameters)
        if task.writes:
            return value
        if value is None or task.finish is None:
            return plain(value)
        return plain(task.finish(value, **self.parameters))

    def _outcome(self, value, task):
        if not task.writes:
            return value
        with probe.unrecorded():
            return plain(task.outcome(value, **self.parameters))


@contextmanager
def counting(made):
    """Every instance of a model that is made inside the block is noted in the list."""

    def note(sender, **_):
        made.append(sender)

    post_init.connect(note)
    try:
        yield
    finally:
        post_init.disconnect(note)


def _difference(expected, value):
    if value is None and expected is not None:
        return "it returns None: a function gives back what stands after return"
    return difference(expected, value)


def _told(error, variant):
    """What was raised, in one sentence."""
    if isinstance(error, NotPlain):
        return str(error).rstrip(".")
    if isinstance(error, TypeError | TemplateSyntaxError) and "not iterable" in str(error):
        return f"The page needs a list of photos, and it got something else: {error}"
    return sentence(error, variant).rstrip(".")


def _past(witness, recorded):
    if witness.strangers:
        return "It opens a connection to a database of its own: use Django's"
    if witness.processes:
        return "It starts another process: do the work in this one"
    if witness.deaf:
        return "It stops the database from reporting its statements, so they cannot be counted"
    if witness.count > recorded:
        return (
            f"The database ran {witness.count} statements and the recorder saw {recorded}: "
            "something goes past Django's cursor"
        )
    return None
