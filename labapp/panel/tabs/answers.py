"""Who answered: browser cache, edge, application cache or origin; and what an answer of each costs."""

from html import escape

from labapp.measure.figures import milliseconds
from labapp.panel.tabs.tab import Tab
from labapp.panel.traffic.dots import SHAPES, sample

NAMES = {"browser": "browser cache", "edge": "edge", "application": "application cache", "origin": "origin"}
HITS = ("browser", "edge", "application")
NOTES = (
    "“Application cache” answered without a query and with at least one hit, “origin” is every other answer "
    "of the application. Times are medians, from when the request was due."
)


class Answers(Tab):
    """A row for each variant: how its answers divide, and the median time of each kind."""

    title = "Answers"

    def html(self, result):
        streams = [each for each in result.measurements if not each.unavailable]
        seen = {who for each in streams for who in each.by_who}
        kinds = [who for who in (*NAMES, "error") if who in seen or who == "origin"]
        heads = "".join(f"<th>{head(who)}</th>" for who in kinds)
        rows = "".join(row(each, kinds) for each in streams)
        return (
            '<table class="dsl-answers"><thead><tr><th>variant</th><th>who answered</th>'
            f'{heads}<th>hit against miss</th><th title="{ORIGIN}">reached the origin</th></tr></thead>'
            f'<tbody>{rows}</tbody></table><p class="dsl-dim">{NOTES}</p>'
        )


ORIGIN = "Requests that came to the application, and all statements that it sent"


def head(who):
    """The shape of the dots in the tab Traffic, and the name."""
    name = NAMES.get(who, "error")
    return f"{sample(who if who in SHAPES else '')}&nbsp;{name}"


def row(stream, kinds):
    """One variant."""
    cells = "".join(f"<td>{answered(stream, who)}</td>" for who in kinds)
    return (
        f'<tr><th scope="row"><span class="dsl-chip" style="background:{stream.colour}"></span>'
        f"<b>{escape(stream.variant)}</b></th><td>{bar(stream)}</td>{cells}"
        f"<td>{hit_and_miss(stream)}</td><td>{origin(stream)}</td></tr>"
    )


def bar(stream):
    """The shares as one bar in the variant's colour, paler the nearer to the visitor."""
    parts = "".join(
        f'<i class="dsl-by-{who}" style="width:{100 * count / stream.count:.2f}%;background-color:'
        f'{stream.colour}" title="{escape(NAMES.get(who, "error"))}: {count:,} of {stream.count:,}"></i>'
        for who, (count, _) in stream.by_who.items()
    )
    return f'<span class="dsl-shares">{parts}</span>'


def answered(stream, who):
    """ "84 %" and the median below."""
    count, ms = stream.by_who.get(who, (0, None))
    if not count:
        return '<span class="dsl-dim">–</span>'
    return f'<b>{share(count, stream.count)}</b><span class="dsl-below">{milliseconds(ms)}</span>'


def share(count, of):
    """A percentage that says 0 % and 100 % only where that is so."""
    if 0 < count < of and not 0.5 <= 100 * count / of < 99.5:
        return "under 1 %" if count < of / 2 else "over 99 %"
    return f"{100 * count / of:.0f} %"


def hit_and_miss(stream):
    """What an answer from a cache costs beside one from the origin, where there are both."""
    hits = [stream.by_who[who] for who in HITS if who in stream.by_who]
    missed = stream.by_who.get("origin")
    if not hits or missed is None:
        return '<span class="dsl-dim">–</span>'
    _, ms = max(hits)
    return f'<b>{milliseconds(ms)}</b><span class="dsl-below">against {milliseconds(missed[1])}</span>'


def origin(stream):
    """How many requests and statements the application had to do with."""
    if not stream.count:
        return '<span class="dsl-dim">–</span>'
    requests, queries = stream.origin_requests, stream.origin_queries
    return f'<b>{requests:,}</b> of {stream.count:,}<span class="dsl-below">{queries:,} queries</span>'
