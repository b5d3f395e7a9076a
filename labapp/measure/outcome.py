"""What results of both kinds have in common: to be looked at, kept, exported."""

import os
from pathlib import Path
from typing import Self

from . import storage


class Outcome:
    """The measurements of one setting.

    Each kind of results has the fields that all renderers need: experiment, question, claims, settings,
    environment, measurements, status, final, includes, figures; `kind`, as files name it; `rows()`,
    `to_dict()` and `from_dict()`; and for Growth `aspects` and `compared_by`, the key of one of these.
    """

    kind = ""

    def __getitem__(self, variant: str):
        for measurement in self.measurements:
            if measurement.variant == variant:
                return measurement
        known = ", ".join(measurement.variant for measurement in self.measurements) or "none"
        raise KeyError(f"{self.experiment} has no variant {variant!r}; it has {known}")

    def __iter__(self):
        return iter(self.measurements)

    @property
    def baseline(self):
        """The measurement that the others are compared with."""
        return next((measurement for measurement in self.measurements if measurement.baseline), None)

    def rows(self, detailed: bool = False) -> list[dict]:
        """The rows of to_frame() as plain values."""
        raise NotImplementedError

    def table(self) -> str:
        """The table as HTML. Needs look.CSS once on the page."""
        raise NotImplementedError

    def _frame(self, detailed: bool):
        from pandas import DataFrame

        frame = DataFrame(self.rows(detailed))
        frame.attrs["environment"] = dict(self.environment)
        return frame

    def _csv(self, path: str | os.PathLike, detailed: bool) -> Path:
        from . import tabular

        rows = tabular.with_environment(self.rows(detailed), self.environment)
        return storage.write(path, tabular.csv_text(rows))

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Read what save() wrote; ResultError names a file that is missing, damaged or of another version."""
        data = storage.load(path, cls.kind)
        try:
            return cls.from_dict(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise storage.damaged(path, error) from error
