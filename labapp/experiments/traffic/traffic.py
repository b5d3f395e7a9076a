"""Measuring variants that are served: each in its turn, to real traffic."""

from labapp.experiments.faults import told
from labapp.experiments.parameters import BadSetting
from labapp.experiments.traffic.load import DEFAULTS
from labapp.experiments.traffic.turn import routes
from labapp.experiments.world import described, world
from labapp.services import ServiceError


class Traffic:
    """The method for variants that are views.

    ``serves`` is the address of each variant's view, as in ``path()``. ``asks(**parameters)`` gives the Asks
    of the traffic. A turn is ``turn`` seconds long after ``warm`` seconds that are not counted; both, and
    ``members``, the share of the users that are logged in, may be functions of all settings. With ``same``
    all variants must show the same page to the same person, less what the regular expressions of ``strip``
    match. ``compares`` is the figure that is set against the baseline: "p50", "p95", "p99" or "rate".
    ``load`` sets what has no control: users, think_time, arrival, workers, threads, cache, edge. ``cache``
    gives more of the cache's entry for the settings: {"OPTIONS": {"MAX_ENTRIES": 100}}.
    ``during(seconds, **settings)`` is called again and again while a turn is counted, and what it returns
    ("Redis killed"), if anything, is marked in the picture;
    ``extra(place, variant, settings)`` after each turn: {name: number} of further figures, where ``place``
    has the host, the mount and the headers that lead to the variant.

    What variants put off (``queue``) may take ``drain`` seconds after the traffic of each turn, or a function
    of all settings; then ``truth(**parameters)`` may look into the database, and what it returns is in the
    ``truths`` of the Log. ``agrees(truth, left, **parameters)`` gives a sentence where that is not what it
    has to be when ``left`` tasks and requests are not done, else nothing: a variant at fault is not compared.
    """

    kind = "traffic"
    includes = ()

    def __init__(
        self, serves, asks, *, turn=2.0, warm=0.5, members=0.0, same=True, strip=(), compares="p50",
        load=None, cache=None, during=None, extra=None, drain=5.0, truth=None, agrees=None,
    ):
        self.serves = serves
        self.asks = asks
        self.same = same
        self.strip = tuple(strip)
        self.compares = compares
        self.load = dict(load or {})
        self.during = during
        self.extra = extra
        self.truth = truth
        self.agrees = agrees
        self._seconds = {"turn": turn, "warm": warm, "members": members, "drain": drain}
        self._cache = cache

    def accept(self, variant, parameters):
        """BadVariant where this cannot be served."""
        routes(variant, self.serves, parameters)

    def value(self, name, settings):
        """"turn", "warm", "members" or "drain" at these settings."""
        value = self._seconds[name]
        return float(value(**settings) if callable(value) else value)

    def load_at(self, settings):
        """All of the load at these settings, what has no control included."""
        return {**DEFAULTS, **self.load, **settings}

    def cache_options(self, settings):
        """What the cache's entry has besides."""
        return self._cache(**settings) if self._cache else {}

    def measure(self, experiment, settings, stop, observe, *, budget_ms, target):
        """Serve every variant at one setting; ``observe(result)`` sees it grow. The TrafficResult."""
        from labapp.experiments.traffic.run import Run  # servers and Locust are for those who measure

        try:
            with told(), world(experiment, settings, stop):
                run = Run(experiment, settings, stop, observe)
                run.serve(budget_ms / 1000)
        except ServiceError as error:
            raise BadSetting(f"{experiment.name} cannot be served now. {error}") from error
        run.result.includes += described(experiment, settings)
        observe(run.result)
        return run.result
