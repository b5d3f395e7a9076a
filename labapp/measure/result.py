"""The measurements of one setting, as one thing to look at, keep, export and compare."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import storage
from .aspect import Aspect, of_calls
from .comparison import Comparison
from .interval import median_interval
from .measurement import Measurement
from .outcome import Outcome
from .sampling import Samples

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(repr=False)
class Result(Outcome):
    """One experiment at one setting.

    `measurements` are in the order in which they are shown, and result["naive"] is one of them. `status` is
    one sentence on how far it is, `final` says that no more rounds follow. `includes` are sentences on what
    the times contain; what follows from the measurements themselves (repeats, simulated waiting) is said
    without them. `figures` are the columns besides: dicts of name, unit and help, and, where times of rounds
    are set against one another, of `against` ({variant: the one by whose time its own is divided}). `rate` is
    None or a dict of unit and amount: how much of what one call does. `weighed`: the memory of each variant
    is measured. `collecting`: garbage collection ran while timing.
    """

    experiment: str
    question: str = ""
    claims: list[str] = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    rounds: int = 0
    elapsed_ms: float = 0.0
    status: str = ""
    final: bool = False
    includes: list[str] = field(default_factory=list)
    figures: list[dict] = field(default_factory=list)
    rate: dict | None = None
    weighed: bool = False
    collecting: bool = False

    kind = "result"
    compared_by = "latency"

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The figures that grow: queries, or the ratio that the experiment has among its figures; latency."""
        return of_calls(next((figure["name"] for figure in self.figures if "against" in figure), ""))

    def take(self, samples: Samples) -> None:
        """Bring the rounds so far into the measurements: times, intervals, comparisons, status."""
        against = self.baseline and samples.wall_ms.get(self.baseline.variant)
        for measurement in self.measurements:
            times = samples.wall_ms.get(measurement.variant)
            if times is None:
                continue
            measurement.samples_ms = list(times)
            measurement.cpu_ms = list(samples.cpu_ms[measurement.variant])
            measurement.repeats = samples.repeats.get(measurement.variant, 1)
            measurement.interval = median_interval(times)
            compared = against and not measurement.baseline and not measurement.wrong
            measurement.comparison = Comparison.of(against, times) if compared else None
        self._set_against(samples.wall_ms)
        self.rounds, self.elapsed_ms = samples.rounds, samples.elapsed_ms
        self.status, self.final = samples.reason, samples.done
        self.collecting = samples.collecting

    def _set_against(self, wall_ms: dict[str, list[float]]) -> None:
        """The figures that are ratios: how many times as long as another variant, in pairs of rounds."""
        wrong = {measurement.variant for measurement in self.measurements if measurement.wrong}
        for figure in self.figures:
            for variant, other in figure.get("against", {}).items():
                known = variant in wall_ms and other in wall_ms and not wrong & {variant, other}
                if known:
                    compared = Comparison.of(wall_ms[variant], wall_ms[other])
                    self[variant].figures[figure["name"]] = compared

    def to_frame(self, rounds: bool = False) -> "DataFrame":
        """A DataFrame with one row for each variant, or with rounds=True for each round of each variant.

        Columns: experiment, the settings, variant, queries and rows (of one run), rounds, latency_ms
        (median), low_ms and high_ms (its 95 % interval), cpu_ms (median CPU time), db_ms, wait_ms (simulated)
        and python_ms (of the recorded run), peak_kib, times_faster with its limits times_faster_low and
        times_faster_high (baseline / variant), verdict, same, difference, error, unavailable; then a column
        for each of the experiment's own figures, called like it (NAME_low and NAME_high beside one with
        an interval), and, where it has a rate, rate, rate_low, rate_high (of the latency's interval) and
        rate_unit ("instances/s"). With rounds=True: experiment, the settings, variant, round (from 1),
        wall_ms, cpu_ms. `frame.attrs` holds the environment.
        """
        return self._frame(rounds)

    def to_csv(self, path: str | os.PathLike, rounds: bool = False) -> Path:
        """Write the rows of to_frame() as CSV, and the environment as env_machine, env_date and so on."""
        return self._csv(path, rounds)

    def rows(self, detailed: bool = False) -> list[dict]:
        """The rows of to_frame() as plain values; detailed: those of the rounds."""
        from . import tabular

        return tabular.rounds(self) if detailed else tabular.summary(self)

    def table(self) -> str:
        """The table as HTML. Needs look.CSS once on the page."""
        from . import render_html

        return render_html.table(self)

    def to_html(self, path: str | os.PathLike) -> Path:
        """Write one HTML file that needs nothing else: table, timeline, queries, code, machine, rounds."""
        from . import page

        return storage.write(path, page.result_page(self))

    def save(self, path: str | os.PathLike) -> Path:
        """Write everything, recordings included, as JSON for load()."""
        return storage.save(path, self.kind, self.to_dict())

    def to_dict(self) -> dict:
        """Plain data for JSON."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return data | {"measurements": [measurement.to_dict() for measurement in self.measurements]}

    @classmethod
    def from_dict(cls, data: dict) -> "Result":
        """What to_dict() gave."""
        data = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        return cls(**data | {"measurements": [Measurement.from_dict(each) for each in data["measurements"]]})

    def _repr_html_(self) -> str:
        from . import render_html

        return render_html.standing(self)

    def __str__(self) -> str:
        from . import render_text

        return render_text.table(self)

    __repr__ = __str__
