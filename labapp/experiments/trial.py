"""One run of the reader's function beside the reference, at one size, on data that nobody has seen."""

from dataclasses import dataclass

from django.template import TemplateSyntaxError

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.faults import sentence
from labapp.experiments.plain import NotPlain, plain
from labapp.experiments.unseen import unseen
from labapp.measure.sameness import difference
from labapp.measure.stop import Stopped


@dataclass
class Trial:
    """What one run showed.

    ``count`` statements, by the database's own count; ``rows`` read and ``needed`` (what the reference
    reads for the same result); ``difference`` from the reference, ``fault`` when it raised, ``past`` when
    something went past Django's cursor. The last three are sentences without a full stop, or None.
    """

    parameters: dict
    full: bool = True
    count: int = 0
    rows: int = 0
    needed: int = 0
    recording: object = None
    difference: str | None = None
    fault: str | None = None
    past: str | None = None

    def run(self, variant, reference, finish, stop, seed):
        """Fill in all of it. ``variant`` and ``reference`` are Variants, ``finish`` as in an Experiment."""
        with unseen(seed, self.full) as witness, guarded(stop):
            try:
                with witness.watching(), probe.record(variant.name) as self.recording:
                    value = self._outcome(variant, finish)
            except (Stopped, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                self.fault = _told(error, variant)
                return
            self.count = max(witness.count, self.recording.count)
            self.rows = self.recording.rows
            self.past = _past(witness, self.recording.count)
            # Only now, so that nothing of this data has been seen before the reader's function runs.
            with probe.record(sites=False, spans=False, eager=False) as recording:
                expected = self._outcome(reference, finish)
            self.needed = recording.rows
            self.difference = _difference(expected, value)

    def _outcome(self, variant, finish):
        value = variant.call(self.parameters)
        if value is None or finish is None:
            return plain(value)
        return plain(finish(value, **self.parameters))


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
