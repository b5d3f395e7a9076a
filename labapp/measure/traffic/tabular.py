"""Traffic as rows of plain values, for DataFrames and CSV."""

from ..tabular import figure_columns, finite, ratio_columns, setting_columns
from .latency import Percentile, is_censored
from .queue import handed_over, over
from .stream import Stream
from .summary import PERCENTILES
from .tasks import Tasks

WHO = ("browser", "edge", "application", "origin")


def summary(result) -> list[dict]:
    """One row for each variant; the columns are those of TrafficResult.to_frame()."""
    setting = setting_columns(result, OURS)
    return [
        {
            **setting,
            **_of_stream(stream, result.compares),
            **(_of_tasks(stream.tasks) if result.defers else {}),
            **figure_columns(result, stream, OURS),
        }
        for stream in result.measurements
    ]


def requests(result) -> list[dict]:
    """One row for each request that counts."""
    began, setting = _began(result), setting_columns(result, OURS)
    return [
        {**setting, "variant": stream.variant, **_of_request(request, result.asks, began)}
        for stream in result.measurements
        for request in stream.requests
    ]


def jobs(result) -> list[dict]:
    """One row for each task that was handed over in the counted parts."""
    began, setting = _began(result), setting_columns(result, OURS)
    return [
        {**setting, "variant": stream.variant, **_of_job(job, began)}
        for stream in result.measurements
        for job in sorted(stream.jobs, key=handed_over)
    ]


def _began(result) -> float:
    """When the first counted part began, in monotonic seconds."""
    return min((began for stream in result.measurements for began, _ in stream.turns), default=0.0)


def _of_stream(stream: Stream, compares: str) -> dict:
    return {
        "variant": stream.variant,
        "requests": stream.count,
        "errors": stream.errors,
        "seconds": stream.seconds,
        **_latencies(stream),
        "rate": stream.rate_per_s,
        "rate_low": stream.rate and stream.rate.low,
        "rate_high": stream.rate and stream.rate.high,
        "queries_per_request": stream.queries_per_request,
        "db_ms": stream.db_ms,
        "hit_ratio": stream.hit_ratio,
        "edge_share": stream.edge_share,
        **{f"answered_{who}": stream.by_who.get(who, (0, 0.0))[0] for who in WHO},
        "origin_requests": stream.origin_requests,
        "origin_queries": stream.origin_queries,
        "origin_bytes": stream.origin_bytes,
        "bytes": stream.bytes,
        "compared": compares,
        **ratio_columns(stream.comparison),
        "same": stream.same,
        "difference": stream.fault or stream.difference,
        "leaks": stream.leaks,
        "top_error": stream.top_error or None,
        "error": stream.error,
        "unavailable": stream.unavailable,
    }


def _latencies(stream: Stream) -> dict:
    """The percentiles, and which of them are lower limits."""
    known = {name: stream.percentile(name) for name in PERCENTILES}
    return {**_limits(known), "over": _over(known)}


def _of_tasks(tasks: Tasks) -> dict:
    known = {f"waiting_{name}": found for name, found in tasks.waiting.items()}
    known |= {f"finishing_{name}": found for name, found in tasks.finishing.items()}
    return {
        "tasks": tasks.count,
        **_limits(known),
        "tasks_over": _over(known),
        "longest_queue": tasks.longest,
        "unfinished": tasks.unfinished,
        "failed": tasks.failed,
        "delivered_again": tasks.again,
    }


def _limits(known: dict[str, Percentile | None]) -> dict:
    """Each percentile in ms, with the limits of its interval."""
    row = {}
    for name, found in known.items():
        interval = found and found.interval
        row[f"{name}_ms"] = found and found.ms
        row[f"{name}_low_ms"] = interval and interval.low
        row[f"{name}_high_ms"] = interval and finite(interval.high)
    return row


def _over(known: dict[str, Percentile | None]) -> str | None:
    """The names of those that are lower limits."""
    return " ".join(name for name, found in known.items() if found and found.over) or None


def _of_job(job, began: float) -> dict:
    since, ended = handed_over(job), over(job)
    return {
        "job": job.id,
        "second": since - began,
        "waiting_ms": 1000 * (job.begins[0] - since) if job.begins else None,
        "finishing_ms": 1000 * (ended - since) if job.done else None,
        "done": job.done,
        "begins": len(job.begins),
        "runs": job.runs,
        "raised": job.status != 0,
    }


def _of_request(request, asks: list[str], began: float) -> dict:
    from labapp.probe.served import read

    served = read(request.timing)
    return {
        "turn": request.turn,
        "ask": asks[request.ask] if request.ask < len(asks) else request.ask,
        "key": request.key if request.key >= 0 else None,
        "user": request.user,
        "person": request.person,
        "second": request.due - began,
        "late_ms": 1000 * (request.sent - request.due),
        "first_ms": 1000 * (request.first - request.due),
        "latency_ms": 1000 * (request.done - request.due),
        "given_up": is_censored(request),
        "status": request.status,
        "bytes": request.size,
        "who": request.who or None,
        "asked": request.asked,
        "app_ms": served and served.app_ms,
        "queries": served and served.queries,
        "db_ms": served and served.db_ms,
        "cache_hits": served and served.hits,
        "cache_misses": served and served.misses,
        "seen": request.seen,
        "foreign": request.foreign,
        "error": request.error or None,
    }


REQUEST = {
    "turn", "ask", "key", "user", "person", "second", "late_ms", "first_ms", "latency_ms", "given_up",
    "status", "who", "asked", "app_ms", "queries", "cache_hits", "cache_misses", "seen", "foreign",
}  # fmt: skip
JOB = {"job", "waiting_ms", "finishing_ms", "done", "begins", "runs", "raised"}
OURS = {"experiment", *REQUEST, *JOB, *_of_stream(Stream(""), ""), *_of_tasks(Tasks())}
