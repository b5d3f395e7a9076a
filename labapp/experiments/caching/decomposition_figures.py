"""What is counted and timed of a page in pieces: at the origin, on the wire, and in a real browser."""

from statistics import median

from labapp.experiments.figures import Figure
from labapp.experiments.traffic import people
from labapp.services import browser


def per_page(count):
    """A figure's function: what ``count(log)`` gives, for each page that visitors got; None without one."""

    def figure(log, **_):
        return count(log) / len(log.requests) if log.requests else None

    return figure


def middle(seconds):
    """A figure's function: the median of ``seconds(request)`` over the pages that came, in ms."""

    def figure(log, **_):
        times = [seconds(each) for each in log.requests if not each.error]
        return median(times) * 1000 if times else None

    return figure


def asked(log):
    """The requests that the application was sent, those for fragments included."""
    return sum(each.kind == "request" for each in log.work)


def queries(log):
    """The statements that they took."""
    return sum(each.queries for each in log.work)


def sent(log):
    """Kilobytes that left the application."""
    return sum(each.bytes for each in log.work) / 1000


def received(log):
    """Kilobytes that visitors got, fragments that they fetched included."""
    return sum(each.size for each in log.requests) / 1000


COUNTED = [
    Figure("origin requests", "", "Requests that reached the application for one page.", of=per_page(asked)),
    Figure("queries", "", "Queries for one page, those of its fragments included.", of=per_page(queries)),
    Figure("from origin", "kB", "Bodies that the application sent for one page.", of=per_page(sent)),
    Figure("to visitor", "kB", "Bodies that a visitor received for one page.", of=per_page(received)),
    Figure("first byte", "ms", "From sending a request to the page's first byte, the median; by the load "
           "generator, over HTTP.", of=middle(lambda each: each.first - each.sent)),
    Figure("complete", "ms", "From sending a request to the last byte of the last fragment, the median; by "
           "the load generator, over HTTP.", of=middle(lambda each: each.done - each.sent)),
]
SEEN = [
    Figure("Chromium: first byte", "ms", "The page's first byte, in a real browser."),
    Figure("Chromium: first paint", "ms", "The first text or picture on the screen of a real browser."),
    Figure("Chromium: complete", "ms", "The moment when a real browser has put the last fragment in."),
]
HERE = browser.find() is not None
FIGURES = COUNTED + (SEEN if HERE else [])
INCLUDES = [
    "The same page: less the tokens of forms, which are new in each answer, and the addresses of fragments.",
    "Every piece that is somebody's says whose it is; one that is shown to another counts as a leak.",
    "An edge-side page counts as the edge's when its frame came from there; what its fragments cost the "
    "origin is in the columns.",
    "After each of its turns Chromium visits a variant, nothing in its cache; the median of these visits."
    if HERE else
    f"No browser here: pages are put together by the load generator, over HTTP. {browser.HOW}",
]


def visit(place, variant, settings):
    """The figures of a visit to the variant that is being served, as the first of Pinsta's people."""
    if not HERE:
        return {}
    (person,) = people(1)
    seen = browser.browser().visit(
        f"{place['host']}{place['mount']}/discover/", cookies=person["cookies"], headers=place["headers"]
    )
    times = seen.first_byte_ms, seen.first_paint_ms, seen.complete_ms
    return {figure.name: time for figure, time in zip(SEEN, times, strict=True)}
