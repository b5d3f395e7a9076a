"""Who answered: browser cache, edge, application cache, origin, or nobody."""

from collections import defaultdict

from ..interval import median

ORDER = ("browser", "edge", "application", "origin", "error")


def by_who(requests) -> dict[str, tuple[int, float]]:
    """{who: (requests, median latency in ms)}, nearest to the visitor first; errors under "error"."""
    latencies = defaultdict(list)
    for request in requests:
        latencies[request.who or "error"].append(1000 * (request.done - request.due))
    return {who: (len(latencies[who]), median(latencies[who])) for who in ORDER if who in latencies}
