"""Failure mode 2: the same answer is worked out again and again."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.caching.cache_levels import cache_levels  # noqa: E402
from labapp.experiments.caching.decomposition import decomposition  # noqa: E402
from labapp.experiments.caching.invalidation import invalidation  # noqa: E402
from labapp.experiments.caching.outage import outage  # noqa: E402
from labapp.experiments.caching.stampede import stampede  # noqa: E402

__all__ = ["cache_levels", "decomposition", "invalidation", "outage", "stampede"]
