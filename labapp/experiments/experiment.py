"""The Experiment: a question, what can be set, and the variants that answer it."""

from copy import copy

from labapp.experiments.calls import Calls
from labapp.experiments.parameters import BadSetting
from labapp.experiments.variant import BadVariant, Variant, caption, sources
from labapp.measure.growth import Growth
from labapp.measure.worker import worker
from labapp.probe.sites import cell_label
from labapp.probe.style import PALETTE


class Experiment:
    """A question that is answered by measuring.

    ``parameters`` belong to the work and are handed to the variants by name; ``conditions``
    belong to the world around it. ``finish(value, **parameters)`` is what is done with what a
    variant returns (render the page, say): it is timed with the variant, and what it returns is
    compared. Without a baseline the variants answer different questions, and neither their results
    nor their times are set against one another. ``method`` measures it:
    ``Calls()`` for variants that return; others carry traffic that lasts. ``includes`` are
    sentences on what the times contain. ``memory=True`` also weighs each variant. ``figures`` are
    columns more (Figure), ``rate`` is what is done in one call: ("rows", function of the parameters).

    Three functions of all parameters are neither recorded nor timed: ``setting`` is a context manager around
    the measurement of one setting, ``before`` is called before every call of a variant and puts the data
    back, and ``outcome(value, ...)`` after the recorded one: what that returns is compared, not the value.
    """

    def __init__(
        self, name, question, claims=(), parameters=(), conditions=(), *,
        finish=None, setting=None, before=None, outcome=None, figures=(), rate=None,
        memory=False, predict=None, method=None,
        includes=None,
    ):
        self.name = name
        self.question = question
        self.claims = list(claims)
        self.parameters = {each.name: each for each in parameters}
        self.conditions = {each.name: each for each in conditions}
        self.finish = finish
        self.setting = setting
        self.before = before
        self.outcome = outcome
        self.figures = list(figures)
        self.rate = rate
        self.memory = memory
        self.predict = predict
        self.method = method or Calls()
        self.includes = list(self.method.includes if includes is None else includes)
        self.variants = {}
        self.listeners = []
        self.warm = set()

    def __repr__(self):
        return f"<Experiment {self.name}: {self.question}>"

    # Variants

    def variant(self, function=None, *, name=None, unavailable="", origin="", **more):
        """Decorator: adds a variant, or puts it in the place of the one with the same name.

        ``unavailable`` is a sentence, or a function that is asked on the database of each measurement. The
        others (``baseline``, ``around``, ``wrong``, ``routes``, ``edge``, ``middleware``, ``queue``) are as
        in Variant.
        """
        if function is None:
            return lambda each: self.variant(each, name=name, unavailable=unavailable, origin=origin, **more)
        if not callable(function):
            raise BadVariant(f"A variant of {self.name} must be a function, and {function!r} is not.")
        name = name or function.__name__
        before = self.variants.get(name)
        if before is not None and before.baseline and not more.get("baseline"):
            raise BadVariant(f"{name} is the baseline of {self.name}: give your function another name.")
        variant = Variant(
            name, function, caption(function), sources(function, more.get("routes", ())),
            colour=before.colour if before else self._next_colour(),
            unavailable="" if callable(unavailable) else unavailable,
            needs=unavailable if callable(unavailable) else None, origin=origin or _cell_of(function), **more,
        )
        self.method.accept(variant, self.parameters)
        self.variants[name] = variant
        self._tell()
        return function

    def forget(self, name):
        """Take a variant out again; the baseline stays."""
        if name not in self.variants:
            raise BadVariant(f"{self.name} has no variant {name!r}; it has {', '.join(self.variants)}.")
        if self.variants[name].baseline:
            raise BadVariant(f"{name} is the baseline of {self.name}, the others are measured against it.")
        del self.variants[name]
        self._tell()

    def only(self, *names):
        """This experiment with these of its variants and no others, in their own order.

        The baseline stays the one that is compared with, where it is among them. BadVariant for a name that
        it does not have.
        """
        for name in names:
            if name not in self.variants:
                raise BadVariant(f"{self.name} has no variant {name!r}; it has {', '.join(self.variants)}.")
        part = copy(self)
        part.variants = {name: each for name, each in self.variants.items() if name in names}
        part.listeners, part.warm = [], set()
        return part

    @property
    def baseline(self):
        """The variant that the others are compared with (None when nothing is compared)."""
        return next((each for each in self.variants.values() if each.baseline), None)

    def _next_colour(self):
        used = {each.colour for each in self.variants.values()}
        free = [colour for colour in PALETTE if colour not in used]
        return free[0] if free else PALETTE[len(self.variants) % len(PALETTE)]

    def _tell(self):
        for listener in list(self.listeners):
            listener()

    # Settings

    def controls(self):
        """All that can be set, in order: pairs of a Parameter and its Condition (or None)."""
        own = [(each, None) for each in self.parameters.values()]
        return own + [(each.parameter, each) for each in self.conditions.values()]

    def defaults(self):
        """The setting that a panel begins with."""
        return {parameter.name: parameter.default for parameter, _ in self.controls()}

    def check(self, settings):
        """The complete setting for what is given; BadSetting where it cannot be."""
        known = {parameter.name: parameter for parameter, _ in self.controls()}
        for name in settings:
            if name not in known:
                raise BadSetting(f"{self.name} has no parameter {name!r}; it has {', '.join(known)}.")
        return {name: known[name].check(settings.get(name, known[name].default)) for name in known}

    # Measuring

    def measure(self, settings, stop, observe=None, *, budget_ms=2000, target=0.05):
        """Measure one setting here, in this thread; ``observe(result)`` sees each stage. The Result."""
        return self.method.measure(
            self, self.check(settings), stop, observe or _ignore, budget_ms=budget_ms, target=target
        )

    def run(self, *, budget_ms=2000, target=0.05, **settings):
        """Measure one setting and return the Result; what is not named keeps its default.

        ``budget_ms`` is the time for the rounds; 0 counts queries only. ``target`` is the half width
        of the intervals at which the rounds end before (0.05 is ±5 %).
        """
        settings = self.check(settings)
        return worker.call(
            lambda stop: self.measure(settings, stop, budget_ms=budget_ms, target=target)
        )

    def grow(self, parameter, values=None, *, budget_ms=600, observe=None, **settings):
        """Measure along one parameter and return the Growth: counts, latency and the law of each variant.

        ``budget_ms`` is for each value. ``observe(growth)`` sees it after each value.
        """
        values = self.steps(parameter, values)
        settings = self.check(settings)
        return worker.call(
            lambda stop: self.sweep(parameter, values, settings, stop, observe, budget_ms=budget_ms)
        )

    def steps(self, parameter, values=None):
        """The values of a sweep, checked; a sensible handful where none are given."""
        known = {each.name: each for each, _ in self.controls()}
        if parameter not in known:
            raise BadSetting(f"{self.name} has no parameter {parameter!r}; it has {', '.join(known)}.")
        values = list(known[parameter].sizes() if values is None else values)
        if not values:
            raise BadSetting(f"{self.name} needs at least one value of {parameter} to measure.")
        return [known[parameter].check(value) for value in values]

    def sweep(self, parameter, values, settings, stop, observe=None, *, budget_ms=600):
        """The same as ``grow`` in this thread."""
        results = []
        for value in values:
            results.append(self.measure({**settings, parameter: value}, stop, budget_ms=budget_ms))
            growth = Growth(self.name, parameter, values[: len(results)], list(results))
            growth.predicted = self.predict(growth) if self.predict else {}
            (observe or _ignore)(growth)
        return growth


def _ignore(_):
    pass


def _cell_of(function):
    """Where a variant from a notebook cell stands: "your cell In [7]"; nothing for ours."""
    cell = cell_label(function.__code__.co_filename) if hasattr(function, "__code__") else None
    return f"your cell {cell}" if cell else ""
