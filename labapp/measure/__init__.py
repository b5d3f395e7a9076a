"""Figures one can trust: interleaved rounds, honest intervals, laws of growth, and results that can be kept.

    for samples in sample({"naive": naive, "joined": joined}):      # rounds, until they are steady
        ...
    Comparison.of(samples.wall_ms["naive"], samples.wall_ms["joined"]).text      # "27.8× faster"
    fit([1, 10, 100], [3, 21, 201]).text                            # "1 + 2n"
    difference(naive(), joined())                                   # None, or "1 row missing"

Works with any Django project, and the figures with none. Neither pandas nor matplotlib is loaded before it is
asked for.
"""

from .clock import CLOCK, Clock
from .comparison import Comparison
from .environment import environment
from .growth import Growth
from .interval import Interval, median_interval, ratio_interval
from .law import Law, fit
from .loading import load
from .mean import mean_interval
from .measurement import Measurement
from .memory import peak_kib
from .quantile import quantile_interval
from .result import Result
from .sameness import difference
from .sampling import Samples, sample
from .storage import ResultError

__all__ = [
    "CLOCK",
    "Clock",
    "Comparison",
    "Growth",
    "Interval",
    "Law",
    "Measurement",
    "Result",
    "ResultError",
    "Samples",
    "difference",
    "environment",
    "fit",
    "load",
    "mean_interval",
    "median_interval",
    "peak_kib",
    "quantile_interval",
    "ratio_interval",
    "sample",
]
