"""One variant at one setting: its counts, its times, and what is wrong with it if anything is."""

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from .comparison import Comparison
from .interval import Interval, median

if TYPE_CHECKING:
    from labapp.probe import Recording


@dataclass
class Measurement:
    """What is known of one variant at one setting; times are in ms.

    `recording` is the one run with call sites (counts, findings, timeline); `samples_ms` and `cpu_ms` are the
    rounds. `interval` is of the median of the rounds, `comparison` against the baseline (None for the
    baseline, and for a variant whose result is another). `same` is None where nothing was compared,
    `difference` says why it is False. `error` and `unavailable` are one sentence each. `repeats` is how many
    calls were timed together in a round, `note` a remark for the reader. `figures` holds what else was found
    out, by the names in Result.figures: about the recorded run a number or an Interval, None where it is not
    known; of the rounds, where a figure sets this variant's times against another's, a Comparison.
    """

    variant: str
    caption: str = ""
    colour: str = "#999999"
    source: str = ""
    baseline: bool = False
    recording: "Recording | None" = None
    samples_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    interval: Interval | None = None
    comparison: Comparison | None = None
    difference: str | None = None
    same: bool | None = None
    error: str | None = None
    unavailable: str | None = None
    peak_kib: float | None = None
    repeats: int = 1
    figures: dict[str, float | Interval | Comparison | None] = field(default_factory=dict)
    note: str = ""

    @property
    def queries(self) -> int | None:
        """Statements that reached the database in the recorded run."""
        return self._of_recording("count")

    @property
    def rows(self) -> int | None:
        """Rows fetched in the recorded run."""
        return self._of_recording("rows")

    @property
    def db_ms(self) -> float | None:
        """Time in the database, execute and fetch, in the recorded run."""
        return self._of_recording("db_ms")

    @property
    def wait_ms(self) -> float | None:
        """Injected delay that was really waited in the recorded run."""
        return self._of_recording("wait_ms")

    @property
    def python_ms(self) -> float | None:
        """What the recorded run took besides its queries."""
        return self._of_recording("python_ms")

    @property
    def recorded_ms(self) -> float | None:
        """What the recorded run took as a whole, its recorder included."""
        return self._of_recording("wall_ms")

    @property
    def median_ms(self) -> float | None:
        """The median of the rounds so far, also when they are too few for an interval."""
        if self.interval is not None:
            return self.interval.middle
        return median(self.samples_ms) if self.samples_ms else None

    @property
    def wrong(self) -> bool:
        """It returned something else than the baseline, so its times are not comparable."""
        return self.same is False

    def _of_recording(self, name: str):
        return None if self.recording is None else getattr(self.recording, name)

    def to_dict(self) -> dict:
        """Plain data for JSON."""
        data = {each.name: getattr(self, each.name) for each in fields(self)}
        data["recording"] = self.recording.to_dict() if self.recording else None
        data["interval"] = _limits(self.interval)
        data["comparison"] = _kept(self.comparison)
        data["figures"] = {name: _kept(value) for name, value in self.figures.items()}
        return data

    @classmethod
    def from_dict(cls, data: dict) -> "Measurement":
        """What to_dict() gave."""
        data = dict(data)
        if data.get("recording"):
            from labapp.probe import Recording

            data["recording"] = Recording.from_dict(data["recording"])
        data["interval"] = _interval(data.get("interval"))
        data["comparison"] = _read(data.get("comparison"))
        data["figures"] = {name: _read(value) for name, value in data.get("figures", {}).items()}
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


def _kept(value):
    """A Comparison or an Interval as plain data; anything else as it is."""
    if isinstance(value, Interval):
        return _limits(value)
    if not isinstance(value, Comparison):
        return value
    return {"interval": _limits(value.interval), "rounds": value.rounds, "middle": value.middle}


def _read(value):
    """What _kept() was given."""
    if isinstance(value, list):
        return _interval(value)
    if not isinstance(value, dict):
        return value
    return Comparison(_interval(value["interval"]), value["rounds"], value["middle"])


def _limits(interval: Interval | None) -> list | None:
    """JSON knows no infinity: an open upper limit is null."""
    if interval is None:
        return None
    return [None if math.isinf(limit) else limit for limit in (interval.low, interval.middle, interval.high)]


def _interval(limits: list | None) -> Interval | None:
    if limits is None:
        return None
    low, middle, high = (math.inf if limit is None else float(limit) for limit in limits)
    return Interval(low, middle, high)
