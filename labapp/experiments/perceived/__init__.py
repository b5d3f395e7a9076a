"""Failure mode 3: people wait for work that could come later."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.perceived.aggregate import aggregate  # noqa: E402
from labapp.experiments.perceived.consistency import consistency  # noqa: E402
from labapp.experiments.perceived.defer import defer  # noqa: E402
from labapp.experiments.perceived.failure import failure  # noqa: E402
from labapp.experiments.perceived.write_cost import write_cost, writes_elsewhere  # noqa: E402

__all__ = ["aggregate", "consistency", "defer", "failure", "write_cost", "writes_elsewhere"]
