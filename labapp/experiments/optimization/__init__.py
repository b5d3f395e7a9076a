"""Failure mode 5 of the talk: not pushing the database, nor knowing what the ORM costs on the way to it."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.optimization.chaining import chaining, chaining_history  # noqa: E402
from labapp.experiments.optimization.connecting import connecting  # noqa: E402
from labapp.experiments.optimization.counters import counters, popular  # noqa: E402
from labapp.experiments.optimization.counters_kept import counters_kept  # noqa: E402
from labapp.experiments.optimization.distinct_on import distinct_on  # noqa: E402
from labapp.experiments.optimization.double_count import double_count  # noqa: E402
from labapp.experiments.optimization.estimates import estimates  # noqa: E402
from labapp.experiments.optimization.existence import existence  # noqa: E402
from labapp.experiments.optimization.index_cost import index_cost  # noqa: E402
from labapp.experiments.optimization.indexes import indexes  # noqa: E402
from labapp.experiments.optimization.inserting import bulk_insert  # noqa: E402
from labapp.experiments.optimization.instances import instances  # noqa: E402
from labapp.experiments.optimization.instantiation import instances_history, instantiation  # noqa: E402
from labapp.experiments.optimization.lost_update import lost_update  # noqa: E402
from labapp.experiments.optimization.numbering import numbering  # noqa: E402
from labapp.experiments.optimization.pagination import pagination  # noqa: E402
from labapp.experiments.optimization.returning import returning  # noqa: E402
from labapp.experiments.optimization.returning_keys import returning_keys  # noqa: E402
from labapp.experiments.optimization.saving import save_columns  # noqa: E402
from labapp.experiments.optimization.search import search  # noqa: E402
from labapp.experiments.optimization.top_n import top_n  # noqa: E402
from labapp.experiments.optimization.upsert import insert_missing, upsert  # noqa: E402

__all__ = [
    "bulk_insert",
    "chaining",
    "chaining_history",
    "connecting",
    "counters",
    "counters_kept",
    "distinct_on",
    "double_count",
    "estimates",
    "existence",
    "index_cost",
    "indexes",
    "insert_missing",
    "instances",
    "instances_history",
    "instantiation",
    "lost_update",
    "numbering",
    "pagination",
    "popular",
    "returning",
    "returning_keys",
    "save_columns",
    "search",
    "top_n",
    "upsert",
]
