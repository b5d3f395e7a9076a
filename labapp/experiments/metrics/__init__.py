"""Failure mode 4 of the talk: not watching the one metric that tells most, the query count."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.metrics.existence import exists_count_len  # noqa: E402
from labapp.experiments.metrics.feed import feed  # noqa: E402
from labapp.experiments.metrics.pages import pages  # noqa: E402
from labapp.experiments.metrics.prefetch import prefetch_defeated  # noqa: E402
from labapp.experiments.metrics.throughput import throughput  # noqa: E402
from labapp.experiments.metrics.waiting import round_trip  # noqa: E402

__all__ = ["exists_count_len", "feed", "pages", "prefetch_defeated", "round_trip", "throughput"]
