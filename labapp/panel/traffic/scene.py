"""What a picture of traffic shows: stretches of time in which one variant was asked, and marks between."""

import math
from bisect import bisect_left
from dataclasses import dataclass, field

from labapp.measure.traffic.latency import is_censored, is_timed
from labapp.measure.traffic.queue import queue

WINDOW = 1.0  # seconds that one piece of a line stands for
SHORTEST = 0.3  # the rest of a turn that still counts as a window
LEAST = {0.5: 5, 0.95: 20}  # requests in a window, for its quantile to be drawn
TOGETHER = 0.3  # seconds in which marks of the same name are one


@dataclass(slots=True)
class Window:
    """A piece of a stretch: when (monotonic seconds), quantiles in ms by share, rates a second."""

    began: float
    ended: float
    quantiles: dict
    requests: float
    queries: float


@dataclass(slots=True)
class Stretch:
    """One variant's turn.

    ``dots`` are (moment it was due, latency in ms, who answered: see dots.SHAPES). ``until`` is the end of
    the time in which no more requests came and the queue could empty; ``queue`` has the Steps of its length.
    """

    variant: str
    colour: str
    began: float
    ended: float
    old: bool = False
    dots: list = field(default_factory=list)
    windows: list = field(default_factory=list)
    until: float = 0.0
    queue: list = field(default_factory=list)

    def __post_init__(self):
        self.until = max(self.until, self.ended)


@dataclass(slots=True)
class Mark:
    """Something happened: a setting changed, or an event."""

    at: float
    words: str
    setting: bool = False


@dataclass
class Scene:
    """What there is between two moments; ``origin`` is where the time axis counts from.

    With ``queues`` there is room for the queue of tasks.
    """

    began: float
    ended: float
    origin: float
    stretches: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    queues: bool = False

    @property
    def dots(self):
        """All dots within the scene."""
        return [dot for stretch in self.stretches for dot in stretch.dots]


def stretches(stream, now, old=False, queues=False):
    """The turns of a Stream; the last lasts until ``now`` where it is under way. With ``queues`` a turn has
    its drain behind it.
    """
    requests, work = sorted(stream.requests, key=_due), sorted(stream.work, key=_ended)
    steps = queue(stream, now)
    for place, (began, ended) in enumerate(list(stream.turns)):
        until = now if ended is None else ended
        if until > began:
            mine = requests[bisect_left(requests, began, key=_due):bisect_left(requests, until, key=_due)]
            done = work[bisect_left(work, began, key=_ended):bisect_left(work, until, key=_ended)]
            dots = [(each.due, 1000 * (each.done - each.due), who(each)) for each in mine]
            slowest = max((ms for _, ms, _ in dots), default=0.0)
            drawn = windows(mine, done, began, until, None if ended else until - slowest / 1000)
            drained = _drained(stream, place, until, now) if queues else until
            lengths = [step for step in steps if began <= step.second < drained]
            drawn += windows([], [each for each in work if until <= each.ended < drained], until, drained)
            yield Stretch(stream.variant, stream.colour, began, until, old, dots, drawn, drained, lengths)


def _drained(stream, place, ended, now):
    """When the drain of a turn was over, or now while it is under way."""
    if place >= len(stream.drains):
        return ended
    until = stream.drains[place][1]
    return now if until is None else until


def windows(requests, work, began, ended, settled=None):
    """The windows of one turn; what is left at its end is one too, or part of the last when very short.

    Of a turn under way, those that are not over by ``settled`` have no quantiles: slow answers may come.
    """
    found, at = [], began
    rest = SHORTEST if settled is None else 0.0
    while ended - at >= SHORTEST:
        until = at + WINDOW if ended - at >= WINDOW + rest else ended
        found.append(_window(at, until, requests, work, settled is None or until <= settled))
        at = until
    return found


def events(stream):
    """What the stream's marks say; many of one name at the same time are said once, with their number.

    A mark that ends in a number ("done 4530") is of one thing among many: it is for figures, and not drawn.
    """
    found, last = [], {}
    said = [each for each in stream.marks if not each.name[-1:].isdigit()]
    for mark in sorted(said, key=lambda each: each.began):
        group = last.get(mark.name)
        if group is None or mark.began - group[0].began > TOGETHER:
            last[mark.name] = group = []
            found.append(group)
        group.append(mark)
    return [Mark(each[0].began, f"{len(each)} × {each[0].name}" if len(each) > 1 else each[0].name)
            for each in found]


def quantile(ordered, share):
    """The smallest value that so large a share of the ordered ones does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _window(began, ended, requests, work, settled):
    seconds = ended - began
    mine = [each for each in requests if began <= each.due < ended and is_timed(each)] if settled else []
    times = sorted(math.inf if is_censored(each) else 1000 * (each.done - each.due) for each in mine)
    answered = sum(1 for each in requests if began <= each.done < ended and not each.error)
    queries = sum(each.queries for each in work if began <= each.ended < ended)
    found = {share: quantile(times, share) for share, least in LEAST.items() if len(times) >= least}
    known = {share: ms for share, ms in found.items() if not math.isinf(ms)}
    return Window(began, ended, known, answered / seconds, queries / seconds)


def _due(request):
    return request.due


def _ended(entry):
    return entry.ended


def who(request):
    """Who answered, "waiting" for a request that was given up, "" for an error."""
    if is_censored(request):
        return "waiting"
    return "" if request.error else request.who
