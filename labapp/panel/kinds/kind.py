"""What a panel asks of the kind of its experiment."""


class Kind:
    """One for each panel.

    ``tabs`` are the classes of its tabs; it opens on the first. ``budgets`` are the choices of how long to
    measure: milliseconds by label; ``budget`` is the one it begins with, in seconds, and ``budget_help`` says
    what it is. ``lively``: the open tab is drawn anew at each stage of a measurement, not once.
    """

    tabs = ()
    budgets = {}
    budget = 0
    budget_help = ""
    lively = False

    def __init__(self, experiment):
        self.experiment = experiment

    def cost(self):
        """What the instrument costs, for the heading; nothing where that is not known."""
        return ""

    def ready(self, result):
        """Whether this stage of a measurement can take the place of the result before."""
        raise NotImplementedError

    def follow(self, result):
        """A stage of a measurement is about to be shown."""

    def rest(self):
        """The measurement is over or was stopped."""

    def table(self, result, before):
        """The table as HTML; rows that the result does not have yet are those of ``before``, dimmed."""
        raise NotImplementedError

    def status(self, result, budget_ms):
        """The Status of a measurement under way or done."""
        raise NotImplementedError

    def sentence(self, result):
        """The result in one sentence for those who hear it."""
        raise NotImplementedError

    def keeps(self, result, busy):
        """Whether this result can be saved."""
        return getattr(result, "final", True)

    def sweep_ms(self, settings):
        """How long a sweep measures at each value of a parameter."""
        raise NotImplementedError
