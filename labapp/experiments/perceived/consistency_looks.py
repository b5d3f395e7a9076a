"""Who was late: each look at a feed against the posts that were acknowledged before it was sent."""

from bisect import bisect_left
from collections import defaultdict
from math import inf
from typing import NamedTuple

from labapp.experiments.perceived.consistency_feeds import FED, SHOWN

FEED, POST = 0, 1  # the places of the asks


class Post(NamedTuple):
    """A photo that was posted; ``acknowledged`` when the answer to the form came. Times in seconds.

    ``missing``: the page that the author was shown in the end lacks it. ``requests`` are those it took.
    """

    photo: int
    author: str
    turn: int
    due: float
    acknowledged: float
    done: float
    missing: bool
    requests: int


class Look(NamedTuple):
    """A look at a feed, and the photos on the page, the last one first."""

    reader: str
    turn: int
    sent: float
    done: float
    photos: list

    def lacks(self, photo):
        """Whether this photo should be on the page, and is not."""
        full = len(self.photos) >= SHOWN
        return photo not in self.photos and not (full and photo < self.photos[-1])


class Late(NamedTuple):
    """A look that lacks these Posts; ``age`` seconds since the first of them was acknowledged."""

    look: Look
    posts: list
    age: float


def posts(requests):
    """The Posts among requests, in the order of their acknowledgement; errors tell of none."""
    found = [_post(each) for each in requests if each.ask == POST and told(each)]
    return sorted(found, key=lambda each: each.acknowledged)


def looks(requests):
    """The Looks among requests, in the order in which they were sent."""
    found = [
        Look(each.person, each.turn, each.sent, each.done, _page(each)[1])
        for each in requests if each.ask == FEED and told(each)
    ]
    return sorted(found, key=lambda each: each.sent)


def late_looks(looks, posts):
    """The Late among ``looks``, in order; ``posts`` are in the order of their acknowledgement.

    Everybody follows everybody else. A look is late when somebody else's post was acknowledged before it was
    sent, and is not on the page. What was acknowledged at that moment or later may be there or not.
    """
    known = _by(posts, lambda each: each.turn)
    found = []
    for look in looks:
        before = known[look.turn][: _acknowledged_before(known[look.turn], look.sent)]
        lacking = [each for each in before if each.author != look.reader and look.lacks(each.photo)]
        if lacking:
            found.append(Late(look, lacking, look.sent - lacking[0].acknowledged))
    return found


def next_looks(looks, posts):
    """(post, the author's first look that was sent after its acknowledgement), where there is one."""
    by_reader = _by(looks, lambda each: (each.turn, each.reader))
    for each in posts:
        mine = by_reader[each.turn, each.author]
        after = bisect_left(mine, each.acknowledged, key=lambda look: look.sent)
        if after < len(mine):
            yield each, mine[after]


def seen_after(looks, posts):
    """Seconds from each acknowledgement until each other reader was shown the photo.

    Who was shown it before, for 0 s; inf for those who have looked since then and not been shown it. Left
    out is who has not looked since then, and for whom newer photos had taken its place.
    """
    by_reader = _by(looks, lambda each: (each.turn, each.reader))
    seconds = []
    for each in posts:
        for (turn, reader), theirs in by_reader.items():
            if turn == each.turn and reader != each.author and theirs[-1].sent > each.acknowledged:
                first = next((look for look in theirs if not look.lacks(each.photo)), None)
                if first is None or each.photo in first.photos:
                    seconds.append(inf if first is None else max(0.0, first.done - each.acknowledged))
    return seconds


def fed_after(posts, marks, readers):
    """Seconds from each acknowledgement until the photo was in the feed, for each of its ``readers``.

    By the marks of the batches; 0 s for what was there before, inf for those who have not got it.
    """
    batches = defaultdict(list)
    for mark in marks:
        if mark.name.startswith(FED) and not mark.status:
            _, photo, feeds = mark.name.split()
            batches[int(photo)].append((mark.ended, int(feeds)))
    seconds = []
    for each in posts:
        fed = [max(0.0, at - each.acknowledged) for at, feeds in batches[each.photo] for _ in range(feeds)]
        seconds += [*fed, *[inf] * (readers - len(fed))]
    return seconds


def _acknowledged_before(posts, moment):
    return bisect_left(posts, moment, key=lambda each: each.acknowledged)


def _by(things, key):
    """{key: the things that have it, in their order}, empty lists for all others."""
    grouped = defaultdict(list)
    for each in things:
        grouped[key(each)].append(each)
    return grouped


def told(request):
    """Whether this was answered with something that says what it shows."""
    return not request.error and request.seen is not None


def _post(request):
    photo, shown = _page(request)
    return Post(
        photo, request.person, request.turn, request.due, request.first, request.done, photo not in shown,
        request.asked,
    )


def _page(request):
    """(the photo that was posted, or None; the photos on the page)."""
    posted, shown = request.seen.split(":")
    return int(posted) if posted else None, [int(each) for each in shown.split(",") if each]
