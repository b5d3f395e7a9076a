"""Variants that are served: a stream of requests, drawn while they come in."""

from dataclasses import replace

from labapp.measure.columns import MOST
from labapp.measure.traffic import render_html
from labapp.panel.kinds.kind import Kind
from labapp.panel.tabs.answers import Answers
from labapp.panel.tabs.code import Code
from labapp.panel.tabs.figures import Figures
from labapp.panel.tabs.growth import Growth
from labapp.panel.tabs.traffic import Traffic as TrafficTab
from labapp.panel.traffic import words
from labapp.panel.traffic.trail import Trail


class Traffic(Kind):
    """A result is shown from its beginning on. ``trail`` is what has been seen of the traffic."""

    tabs = (TrafficTab, Answers, Growth, Code)
    budgets = {"5 s": 5000, "20 s": 20_000, "60 s": 60_000}
    budget = 20
    budget_help = (
        "About how long there is traffic, warm-up included: as many rounds as come nearest to it, each a "
        "turn of every variant, and one at least"
    )
    lively = True

    def __init__(self, experiment):
        super().__init__(experiment)
        if len(experiment.figures) > MOST:
            self.tabs = (TrafficTab, Answers, Figures, Growth, Code)
        self.trail = Trail(queues=any(each.queue for each in experiment.variants.values()))
        self._shown = self._before = None  # the result in the table, and the figures that stood there before

    def ready(self, result):
        return True

    def follow(self, result):
        self.trail.follow(result)
        if result is not self._shown:
            self._before, _ = filled(self._shown, self._before)
            self._shown = result

    def rest(self):
        self.trail.rest()

    def table(self, result, before):
        """Rows that have no request yet are those of whatever result had them last."""
        shown, old = filled(result, self._before)
        return render_html.table(shown, status=False, old=old)

    def status(self, result, budget_ms):
        return words.status(result, budget_ms)

    def sentence(self, result):
        return words.sentence(result)

    def keeps(self, result, busy):
        """What was stopped has true figures as well, only fewer."""
        return getattr(result, "final", True) or not busy and any(each.count for each in result.measurements)

    def sweep_ms(self, settings):
        """One turn of each variant."""
        method = self.experiment.method
        return 1000 * len(self._served) * (method.value("warm", settings) + method.value("turn", settings))

    @property
    def _served(self):
        return [each for each in self.experiment.variants.values() if not each.unavailable]


def filled(result, before):
    """The result with rows of the one before where it has none yet, and the names of those variants."""
    if result is None or before is None:
        return result, set()
    earlier = {each.variant: each for each in before.measurements if known(each)}
    old = {each.variant for each in result.measurements if not known(each)} & earlier.keys()
    rows = [earlier[each.variant] if each.variant in old else each for each in result.measurements]
    return replace(result, measurements=rows), old


def known(stream):
    """Whether there is anything to say of it."""
    return bool(stream.count or stream.error or stream.unavailable)
