"""Who answered, browser cache, edge, application cache or origin, what that costs; and what was put off."""

from html import escape

from labapp.measure.figures import milliseconds
from labapp.measure.interval import median
from labapp.measure.traffic import task_cells
from labapp.panel.tabs.tab import Tab
from labapp.panel.traffic.dots import sample
from labapp.panel.traffic.scene import who as who_answered

NAMES = {
    "browser": "browser cache", "edge": "edge", "application": "application cache", "origin": "origin",
    "waiting": "given up", "": "error",
}
HITS = ("browser", "edge", "application")
NOTES = (
    "“Application cache” answered without a query and with at least one hit, “origin” is every other answer "
    "of the application; “given up” had no answer when the turn ended. Times are medians, from when the "
    "request was due."
)


class Answers(Tab):
    """A row for each variant: how its answers divide, the median time of each kind, and its tasks."""

    title = "Answers"

    def html(self, result):
        streams = [(each, by_who(each)) for each in result.measurements if not each.unavailable]
        seen = {who for _, answers in streams for who in answers}
        kinds = [who for who in NAMES if who in seen or who == "origin"]
        heads = "".join(f"<th>{sample(who)}&nbsp;{NAMES[who]}</th>" for who in kinds)
        rows = "".join(row(stream, answers, kinds) for stream, answers in streams)
        return (
            f'{tasks(result)}<table class="dsl-answers"><thead><tr><th>variant</th><th>who answered</th>'
            f'{heads}<th>hit against miss</th><th title="{ORIGIN}">at the origin</th></tr></thead>'
            f'<tbody>{rows}</tbody></table><p class="dsl-dim">{NOTES}</p>'
        )


NOTHING = '<span class="dsl-dim">–</span>'
ORIGIN = "Requests that came to the application, and all statements that it sent"


def by_who(stream):
    """{who: (requests, median in ms)}, the nearest to the visitor first."""
    times = {}
    for each in list(stream.requests):
        times.setdefault(who_answered(each), []).append(1000 * (each.done - each.due))
    return {who: (len(times[who]), median(times[who])) for who in NAMES if who in times}


def row(stream, answers, kinds):
    """One variant."""
    count = sum(number for number, _ in answers.values())
    cells = "".join(f"<td>{answered(answers, who, count)}</td>" for who in kinds)
    return (
        f"<tr>{name(stream)}<td>{bar(stream, answers, count)}</td>{cells}"
        f"<td>{hit_and_miss(answers)}</td><td>{origin(stream)}</td></tr>"
    )


def name(stream):
    """The head of its row."""
    chip = f'<span class="dsl-chip" style="background:{stream.colour}"></span>'
    return f'<th scope="row">{chip}<b>{escape(stream.variant)}</b></th>'


def tasks(result):
    """What became of the work that was put off, a row for each variant that did so; else nothing."""
    rows = "".join(
        f"<tr>{name(stream)}{''.join(f'<td>{text}</td>' for text in task_cells.texts(stream.tasks))}</tr>"
        for stream in result.measurements if stream.tasks.count
    )
    if not rows:
        return ""
    heads = "".join(f"<th>{head}</th>" for head in ("variant", *task_cells.HEADS))
    return (
        f'<table class="dsl-answers dsl-put-off"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f'<p class="dsl-dim">{task_cells.NOTE}</p>'
    )


def bar(stream, answers, count):
    """The shares as one bar in the variant's colour, paler the nearer to the visitor."""
    parts = "".join(
        f'<i class="dsl-by-{who or "error"}" style="width:{100 * number / count:.2f}%;background-color:'
        f'{stream.colour}" title="{NAMES[who]}: {number:,} of {count:,}"></i>'
        for who, (number, _) in answers.items()
    )
    return f'<span class="dsl-shares">{parts}</span>'


def answered(answers, who, count):
    """ "84 %" and the median below."""
    if who not in answers:
        return NOTHING
    number, ms = answers[who]
    least = "at least " if who == "waiting" else ""
    return f'<b>{share(number, count)}</b><span class="dsl-below">{least}{milliseconds(ms)}</span>'


def share(count, of):
    """A percentage that says 0 % and 100 % only where that is so."""
    if 0 < count < of and not 0.5 <= 100 * count / of < 99.5:
        return "under 1 %" if count < of / 2 else "over 99 %"
    return f"{100 * count / of:.0f} %"


def hit_and_miss(answers):
    """What an answer from a cache costs beside one from the origin, where there are both."""
    hits = [answers[who] for who in HITS if who in answers]
    if not hits or "origin" not in answers:
        return NOTHING
    (_, hit), (_, miss) = max(hits), answers["origin"]
    return f'<b>{milliseconds(hit)}</b><span class="dsl-below">against {milliseconds(miss)}</span>'


def origin(stream):
    """How many requests and statements the application had to do with."""
    if not stream.count:
        return NOTHING
    requests, queries = stream.origin_requests, stream.origin_queries
    said = f"<b>{requests:,}</b> {'request' if requests == 1 else 'requests'}"
    return f'{said}<span class="dsl-below">{queries:,} {"query" if queries == 1 else "queries"}</span>'
