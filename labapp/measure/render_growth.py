"""Growth as HTML: the picture as SVG that follows the page's theme, and the laws in words."""

import html
import io
import re

from .charts import GRID, INK
from .look import CSS


def standing(growth) -> str:
    """Picture and laws with their style, as they stand alone in a notebook's output."""
    return f"<style>{CSS}</style>{figures(growth)}{laws(growth)}"


def figures(growth) -> str:
    """The picture of Growth.figure() as inline SVG. Needs look.CSS once on the page."""
    return picture(growth.figure(), f"How {growth.experiment} grows with {growth.parameter}")


def picture(figure, label: str) -> str:
    """A Figure of the light theme as inline SVG; its ink and grid take the colours of the page around it."""
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = (
        svg[svg.index("<svg") :]
        .replace(INK["light"], "currentColor")
        .replace(GRID["light"], "var(--dsl-r-line)")
    )
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    named = f'<svg role="img" aria-label="{html.escape(label, quote=True)}"'
    return f'<div class="dsl-growth">{svg.replace("<svg", named, 1)}</div>'


def laws(growth) -> str:
    """A table of the laws, one row for each variant. Needs look.CSS once on the page."""
    rows = "".join(_law(growth, variant) for variant in growth.variants)
    heads = "".join(f'<th scope="col">{html.escape(aspect.head)}</th>' for aspect in growth.aspects)
    return (
        f'<div class="dsl-result"><table class="dsl-laws"><thead><tr><th scope="col">variant</th>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        f'<p class="dsl-notes">n = {html.escape(growth.parameter)}. {_note(growth)}</p></div>'
    )


def _note(growth) -> str:
    if growth.aspects[0].key == "queries":
        return (
            "Queries are counted, so their law is exact unless it says “about”; that of the latency is the "
            "plainest curve near the medians."
        )
    if growth.aspects[0].key == "rate":
        return "A law is the plainest curve near the points; it knows nothing of the limits of a server."
    return "A law is the plainest curve near the points."


def _law(growth, variant: str) -> str:
    wrong = growth.wrong(variant)
    remark = f' <span class="dsl-bad">✗ {html.escape(wrong)}</span>' if wrong else ""
    found = (growth.law_of(variant, aspect).text for aspect in growth.aspects)
    chip = f'<span class="dsl-chip" style="background:{html.escape(growth.colour(variant))}"></span>'
    return (
        f'<tr><th scope="row">{chip}<b>{html.escape(variant)}</b>{remark}</th>'
        f"{''.join(f'<td>{html.escape(text)}</td>' for text in found)}</tr>"
    )
