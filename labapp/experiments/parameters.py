"""What can be set: a parameter belongs to the work and is handed to the variant by name."""

from dataclasses import dataclass, field
from math import isfinite
from numbers import Integral, Real


class BadSetting(ValueError):
    """A setting that cannot be used; its text is one sentence that names what is allowed."""


@dataclass(frozen=True)
class Parameter:
    """One thing that can be set. ``check(value)`` returns the value to use or raises BadSetting."""

    name: str
    default: object
    help: str = ""
    unit: str = ""

    @property
    def label(self):
        """What stands before the control."""
        return self.help or self.name.replace("_", " ")

    def check(self, value):
        raise NotImplementedError

    def refuse(self, value):
        raise BadSetting(f"{self.name} must be {self.allowed}, and {value!r} is not.")


@dataclass(frozen=True)
class Integer(Parameter):
    """A whole number from ``low`` to ``high``."""

    low: int = 0
    high: int = 100
    step: int = 1

    @property
    def allowed(self):
        return f"a whole number from {self.low} to {self.high}"

    def check(self, value):
        if isinstance(value, bool) or not isinstance(value, Integral) or not self.low <= value <= self.high:
            self.refuse(value)
        return int(value)

    def sizes(self, points=6):
        """Values from low to high for a growth curve, roughly doubling."""
        low = max(self.low, 1)
        ratio = (self.high / low) ** (1 / (points - 1))
        return sorted({round(low * ratio**i) for i in range(points)})


@dataclass(frozen=True)
class Number(Parameter):
    """A number from ``low`` to ``high``."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.1

    @property
    def allowed(self):
        unit = f" {self.unit}" if self.unit else ""
        return f"a number from {self.low:g} to {self.high:g}{unit}"

    def check(self, value):
        if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
            self.refuse(value)
        if not self.low <= value <= self.high:
            self.refuse(value)
        return float(value)

    def sizes(self, points=6):
        """Evenly spaced values for a growth curve."""
        width = (self.high - self.low) / (points - 1)
        return [round(self.low + width * i, 6) for i in range(points)]


@dataclass(frozen=True)
class Choice(Parameter):
    """One of ``choices``."""

    choices: tuple = field(default=())

    @property
    def allowed(self):
        return "one of " + ", ".join(repr(choice) for choice in self.choices)

    def check(self, value):
        if value not in self.choices:
            self.refuse(value)
        return value

    def sizes(self, points=6):
        """The choices themselves."""
        return list(self.choices)


@dataclass(frozen=True)
class Condition:
    """Part of the world around the work: ``enter(value)`` is a context manager; the variant never sees it.

    ``mark`` stands beside its control, "simulated" where the condition imitates something; a function is
    asked with all settings. ``describe(settings)`` gives a few words for the panel's heading, or nothing.
    """

    parameter: Parameter
    enter: object
    mark: object = ""
    describe: object = None

    @property
    def name(self):
        return self.parameter.name

    @property
    def hint(self):
        """How to get a choice that this machine does not have; empty where nothing is missing."""
        return getattr(self.parameter, "hint", "")

    def mark_for(self, settings):
        """What stands beside the control at these settings."""
        return self.mark(settings) if callable(self.mark) else self.mark

    def words_for(self, settings):
        """A few words for the heading at these settings, or nothing."""
        return (self.describe(settings) if self.describe else "") or ""
