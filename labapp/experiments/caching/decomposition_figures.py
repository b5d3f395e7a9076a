"""What is counted and timed of a page in pieces: at the origin, on the wire, and in a real browser."""

from statistics import mean, median

from labapp.experiments.figures import Figure
from labapp.experiments.saying import say
from labapp.experiments.traffic import people
from labapp.services import ServiceError, browser


def at_origin(amount):
    """A figure's function: the sum of ``amount(entry)`` over the work for the pages, by those that came."""

    def figure(log, **_):
        pages = sum(not each.error for each in log.requests)
        return sum(map(amount, log.work)) / pages if pages else None

    return figure


def for_visitor(amount, summed):
    """A figure's function: ``summed``, mean or median, of ``amount(request)`` over the pages that came."""

    def figure(log, **_):
        amounts = [amount(each) for each in log.requests if not each.error]
        return summed(amounts) if amounts else None

    return figure


PATIENCE = 5.0
HERE = browser.find() is not None
OVER_HTTP = "the median, by the load generator, over HTTP" + ("." if HERE else ", no browser here.")
COUNTED = [
    Figure("origin requests", "", "Requests that reached the application for one page.",
           of=at_origin(lambda entry: entry.kind == "request")),
    Figure("from origin", "kB", "Bodies that the application sent for one page.",
           of=at_origin(lambda entry: entry.bytes / 1000)),
    Figure("to visitor", "kB", "Bodies that a visitor received for one page, its fragments included.",
           of=for_visitor(lambda each: each.size / 1000, mean)),
    Figure("first byte", "ms", f"From sending a request to the page's first byte; {OVER_HTTP}",
           of=for_visitor(lambda each: (each.first - each.sent) * 1000, median)),
    Figure("complete", "ms", f"From sending a request to the last byte of the last fragment; {OVER_HTTP}",
           of=for_visitor(lambda each: (each.done - each.sent) * 1000, median)),
]
SEEN = [
    Figure("Chromium first byte", "ms", "The page's first byte, in a real browser."),
    Figure("Chromium first paint", "ms", "The first text or picture on the screen of a real browser."),
    Figure("Chromium complete", "ms", "The moment when a real browser has put the last fragment in."),
]
# The table has room for the first four.
FIRST = ["origin requests", "from origin", "first byte", "Chromium complete"]
FIGURES = sorted(COUNTED + (SEEN if HERE else []), key=lambda each: each.name not in FIRST)
INCLUDES = [
    "The same page: less the tokens of forms, which are new in each answer, and the addresses of fragments.",
    "Every piece that is somebody's says whose it is; one that is shown to another counts as a leak.",
    "An edge-side page counts as the edge's when its frame came from there; what its fragments cost the "
    "origin is in the columns.",
    "After each of its turns Chromium visits a variant twice, with nothing in its own cache; the second "
    "visit counts, the median of all turns is shown." if HERE else
    f"No browser here: pages are put together by the load generator, over HTTP. {browser.HOW}",
]


def visit(place, variant, settings):
    """The figures of a visit to the variant that is being served, as the first of Pinsta's people.

    It is the second: what can be kept may have expired since the traffic ended, and is there again. None
    where the page is not complete within PATIENCE seconds.
    """
    if not HERE:
        return {}
    (person,) = people(1)
    address = f"{place['host']}{place['mount']}/discover/"
    try:
        for _ in range(2):
            seen = browser.browser().visit(address, person["cookies"], place["headers"], seconds=PATIENCE)
    except ServiceError as error:
        say(f"{variant.name} has no figures of Chromium in this round. {error}")
        return dict.fromkeys(figure.name for figure in SEEN)
    times = seen.first_byte_ms, seen.first_paint_ms, seen.complete_ms
    return {figure.name: time for figure, time in zip(SEEN, times, strict=True)}
