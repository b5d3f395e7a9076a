"""Answers a second, in short windows of time."""

from bisect import bisect_left
from collections.abc import Sequence

SIZES_S = (0.1, 0.2, 0.5, 1.0)
LEAST_ANSWERS = 4  # in a window, so that their numbers spread evenly around the mean

Turn = tuple[float, float | None]


def lengths(turns: Sequence[Turn], last: float) -> list[float]:
    """The seconds of each turn; one under way lasts until `last`."""
    return [max(0.0, (last if ended is None else ended) - began) for began, ended in turns]


def windows(turns: Sequence[Turn], answered_at: Sequence[float]) -> list[float]:
    """Answers a second in each window of each turn; `answered_at` are sorted moments in seconds.

    A window is as short as it can be while it holds four answers or more in the mean, 0.1 s to 1 s. A turn
    that is over is cut evenly; of one under way the whole windows before the last answer count.
    """
    if not answered_at:
        return []
    seconds = lengths(turns, answered_at[-1])
    wanted = LEAST_ANSWERS * sum(seconds) / len(answered_at)
    size = next((size for size in SIZES_S if size >= wanted), SIZES_S[-1])
    rates = []
    for (began, ended), length in zip(turns, seconds, strict=True):
        number = int(length / size) if ended is None else max(1, round(length / size))
        rates += _rates(answered_at, began, size if ended is None else length / number, number)
    return rates


def _rates(answered_at: Sequence[float], began: float, size: float, number: int) -> list[float]:
    """Answers a second in so many windows of this size; none where they have no size."""
    if not size:
        return []
    edges = [bisect_left(answered_at, began + size * place) for place in range(number + 1)]
    return [(after - before) / size for before, after in zip(edges, edges[1:], strict=False)]
