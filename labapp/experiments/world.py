"""Where a variant runs: the conditions of an experiment around it, and the stage set before each call."""

import sys
from contextlib import ExitStack, contextmanager, nullcontext

from labapp import probe


@contextmanager
def world(experiment, settings, stop=None):
    """The conditions at these settings, entered in their order, and what the experiment sets up in them.

    Setting up ends at its next statement when ``stop`` says so.
    """
    with ExitStack() as stack:
        for name, condition in experiment.conditions.items():
            stack.enter_context(condition.enter(settings[name]))
        if experiment.setting is not None:
            stack.enter_context(unseen(experiment.setting(**parameters(experiment, settings)), stop))
        yield


@contextmanager
def stage(experiment, variant, parameters, stop=None):
    """What stands around one call of a variant: neither recorded, nor delayed, nor timed."""
    with ExitStack() as stack:
        if variant.around is not None:
            stack.enter_context(unseen(variant.around(**parameters), stop))
        if experiment.before is not None:
            with silent(stop):
                experiment.before(**parameters)
        yield


def parameters(experiment, settings):
    """The part of the settings that is handed to the variants."""
    return {name: settings[name] for name in experiment.parameters}


def described(experiment, settings):
    """What the conditions came to, in sentences; some of them know it only after a measurement."""
    said = [(each.parameter.label, each.words_for(settings)) for each in experiment.conditions.values()]
    return [f"{label.capitalize()}: {words}." for label, words in said if words]


@contextmanager
def silent(stop):
    """A block whose statements are nobody's, and of which none is sent once ``stop`` says so."""
    with probe.unrecorded():
        with nullcontext() if stop is None else probe.before_statement(stop.check, waits=False):
            yield


@contextmanager
def unseen(manager, stop):
    """The same context manager, with what it sends at its beginning and its end left out of recordings."""
    with silent(stop):
        value = manager.__enter__()
    try:
        yield value
    except BaseException:
        with probe.unrecorded():
            if not manager.__exit__(*sys.exc_info()):
                raise
    else:
        with probe.unrecorded():
            manager.__exit__(None, None, None)
