"""How experiments come to be shown as panels in a kernel, and as text everywhere else."""

from labapp.experiments.experiment import Experiment
from labapp.panel.text import text

FACTS = {"facts": ""}  # what booting says of its database: "51,204 rows, your own copy"


class Cells:
    """Which cell shows which panels: running a cell again closes those it showed before."""

    def __init__(self):
        self._shown = {}
        self._running = None

    def begin(self, info):
        """IPython is about to run a cell."""
        self._running = getattr(info, "cell_id", None)
        for panel in self._shown.pop(self._running, []):
            panel.close()

    def shows(self, panel):
        """The running cell shows this panel."""
        if self._running is not None:
            self._shown.setdefault(self._running, []).append(panel)


CELLS = Cells()


def attach(facts=""):
    """Show experiments as panels from now on. ``facts`` is what every heading says of the database.

    Gives Experiment its ``panel(tab=..., budget=..., **settings)``. Doing it twice does no harm;
    without IPython, only that.
    """
    FACTS["facts"] = facts
    Experiment.panel = open_panel
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return
    shell.display_formatter.mimebundle_formatter.for_type(Experiment, bundle)
    if CELLS.begin not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", CELLS.begin)


def open_panel(experiment, **options):
    """The panel of this experiment: ``tab``, ``budget`` (seconds for the rounds) and any of its settings."""
    from labapp.panel.panel import Panel

    return Panel(experiment, **options)


def bundle(experiment, include=None, exclude=None):
    """What IPython shows for an experiment: a panel in a kernel, text in a terminal."""
    if not in_kernel():
        return {"text/plain": text(experiment)}
    return open_panel(experiment)._repr_mimebundle_(include=include, exclude=exclude)


def in_kernel():
    """Whether there is a kernel that a front end can talk to."""
    from ipykernel.kernelbase import Kernel

    return Kernel.initialized()
