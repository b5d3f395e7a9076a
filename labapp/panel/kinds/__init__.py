"""What differs between panels by how an experiment is measured: one module for each kind of method."""

from labapp.panel.kinds.calls import Calls
from labapp.panel.kinds.traffic import Traffic

KINDS = {"calls": Calls, "traffic": Traffic}


def kind_of(experiment):
    """The Kind for a panel of this experiment; a new one for each panel, as it remembers what it showed."""
    return KINDS[experiment.method.kind](experiment)
