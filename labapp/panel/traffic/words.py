"""Traffic in words: what is going on, and the result in one sentence for those who hear it."""

from labapp.measure.figures import milliseconds
from labapp.measure.traffic.queue import over
from labapp.panel import text
from labapp.panel.status import Status
from labapp.probe.style import counted


def status(result, budget_ms):
    """The Status of traffic under way or done."""
    said = (result.warning or under_way(result) or result.status).rstrip(".")
    said = f"{said}. {result.limit}" if result.limit else f"{said}."
    if result.final:
        return Status("done", said, 1.0)
    return Status("busy", said, min(result.elapsed_ms / budget_ms, 1.0))


def under_way(result):
    """ "Turn 3: celery, 41 requests so far, 12 tasks to do.", or nothing between two turns."""
    for stream in result.measurements:
        if stream.turns and stream.turns[-1][1] is None:
            began = stream.turns[-1][0]
            number = sum(len(each.turns) for each in result.measurements)
            seen = sum(1 for request in reversed(stream.requests) if request.due >= began)
            to_do = f", {counted(left, 'task')} to do" if (left := unfinished(stream, began)) else ""
            return f"Turn {number}: {stream.variant}, {counted(seen, 'request')} so far{to_do}."
    return ""


def unfinished(stream, began):
    """How many of the tasks that were handed over since then are neither done nor have failed."""
    return sum(1 for job in stream.jobs if job.sent >= began and over(job) is None)


def sentence(result):
    """Count, median and comparison of each variant."""
    said = "; ".join(map(_spoken, result.measurements))
    settings = f" with {text.words(result.settings)}" if result.settings else ""
    return f"{result.experiment}{settings}: {said}."


def _spoken(stream):
    if stream.error or stream.unavailable:
        return f"{stream.variant} {stream.error or stream.unavailable}"
    said = [f"{stream.variant} {counted(stream.count, 'request')}"]
    if stream.errors:
        said.append(counted(stream.errors, "error"))
    if stream.p50_ms is not None:
        said.append(f"half within {milliseconds(stream.p50_ms)}")
    if stream.tasks.undone:
        said.append(stream.tasks.undone)
    if stream.leaks:
        said.append(f"{counted(stream.leaks, 'answer')} with a piece of somebody else's")
    elif stream.fault:
        said.append(stream.fault)
    elif stream.wrong:
        said.append(f"another page, {stream.difference}")
    elif stream.comparison is not None:
        said.append(stream.comparison.text)
    return ", ".join(said)
