"""Results along one parameter, and the law that each variant follows."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import storage
from .aspect import Aspect
from .law import Law, fit
from .outcome import Outcome
from .result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass
class Growth:
    """One experiment measured at several values of one parameter; `results` are in the order of `values`.

    They are Results or TrafficResults: of calls queries and latency grow, or, in the place of the queries, a
    ratio of the experiment's own; of traffic the rate and the percentile that is compared. `predicted` may
    hold, by variant, what was expected: a list beside `values`. It is of the figure that the variants are
    compared by, or of that which `predicts` names: "queries", "latency" (ms), "rate" (answers/s), or such a
    ratio.
    """

    experiment: str
    parameter: str
    values: list = field(default_factory=list)
    results: list[Outcome] = field(default_factory=list)
    predicted: dict = field(default_factory=dict)
    predicts: str = ""

    kind = "growth"

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The figures that are drawn and fitted: two of them."""
        return (self.results[0] if self.results else Result("")).aspects

    @property
    def laws(self) -> dict[str, Law]:
        """By variant, how the first of the aspects grows with n: queries of calls, answers/s of traffic."""
        return {variant: self.law(variant) for variant in self.variants}

    @property
    def latency_laws(self) -> dict[str, Law]:
        """By variant, how its latency in ms grows with n: an approximation."""
        return {variant: self.latency_law(variant) for variant in self.variants}

    def law(self, variant: str) -> Law:
        """How the first of the aspects grows with the parameter (n): queries; of traffic, answers/s."""
        return self.law_of(variant, self.aspects[0])

    def latency_law(self, variant: str) -> Law:
        """How the latency of one variant in ms grows with n, the median or what is compared: about."""
        return self.law_of(variant, self.aspects[1])

    def law_of(self, variant: str, aspect: Aspect) -> Law:
        """How this figure of one variant grows with n."""
        known = [(value, aspect.of(each)) for value, each in self.points(variant)]
        numbers = [(value, amount) for value, amount in known if amount is not None and _is_number(value)]
        if known and not numbers:
            return Law("–", "none")  # along choices, or of a figure that this variant does not have
        return fit([value for value, _ in numbers], [amount for _, amount in numbers])

    def prediction(self, aspect: Aspect) -> dict[str, list]:
        """By variant, what was expected of this figure."""
        default = self.results[0].compared_by if self.results else "latency"
        return self.predicted if (self.predicts or default) == aspect.key else {}

    @property
    def variants(self) -> list[str]:
        """All variants that were measured anywhere, in the order in which they are shown."""
        return list(dict.fromkeys(each.variant for each in self._every()))

    def points(self, variant: str) -> list[tuple[object, object]]:
        """(value of the parameter, measurement) wherever this variant ran."""
        pairs = zip(self.values, self.results, strict=False)
        found = [
            (value, each)
            for value, result in pairs
            for each in result.measurements
            if each.variant == variant
        ]
        return [(value, each) for value, each in found if not each.error and not each.unavailable]

    def wrong(self, variant: str) -> str:
        """Where it returned something else than the baseline: "1 row missing at 50"; else nothing."""
        places = [(value, each) for value, each in self.points(variant) if each.wrong]
        return f"{places[0][1].difference or 'another result'} at {places[0][0]}" if places else ""

    def colour(self, variant: str) -> str:
        """The variant's colour."""
        return next(each.colour for each in self._every() if each.variant == variant)

    def _every(self) -> list:
        return [each for result in self.results for each in result.measurements]

    def to_frame(self) -> "DataFrame":
        """A DataFrame with one row for each value and variant; the columns are those of the results' own."""
        from pandas import DataFrame

        return DataFrame([row for result in self.results for row in result.rows()])

    def to_csv(self, path: str | os.PathLike) -> Path:
        """Write the rows of to_frame() as CSV, and the environment as env_machine, env_date and so on."""
        from . import tabular

        rows = [
            row
            for result in self.results
            for row in tabular.with_environment(result.rows(), result.environment)
        ]
        return storage.write(path, tabular.csv_text(rows))

    def figure(self, theme: str = "light") -> "Figure":
        """A matplotlib Figure: both figures against the parameter; theme is "light" or "dark"."""
        from .charts import growth_figure

        return growth_figure(self, theme)

    def to_html(self, path: str | os.PathLike) -> Path:
        """Write one HTML file that needs nothing else: the pictures, the laws, and each result's table."""
        from . import page

        return storage.write(path, page.growth_page(self))

    def save(self, path: str | os.PathLike) -> Path:
        """Write everything, recordings included, as JSON for load()."""
        return storage.save(path, self.kind, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Growth":
        """Read what save() wrote; ResultError names a file that is missing, damaged or of another version."""
        data = storage.load(path, cls.kind)
        try:
            return cls.from_dict(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise storage.damaged(path, error) from error

    def to_dict(self) -> dict:
        """Plain data for JSON."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return data | {"results": [{"kind": result.kind, **result.to_dict()} for result in self.results]}

    @classmethod
    def from_dict(cls, data: dict) -> "Growth":
        """What to_dict() gave."""
        data = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        return cls(**data | {"results": [_outcome(each) for each in data["results"]]})

    @property
    def text(self) -> str:
        """The laws and the medians as a table for a terminal."""
        from .render_text import growth

        return growth(self)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .render_growth import standing

        return standing(self)


def _outcome(data: dict) -> Outcome:
    """The result of either kind."""
    if data.get("kind") == "traffic":
        from .traffic import TrafficResult

        return TrafficResult.from_dict(data)
    return Result.from_dict(data)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
