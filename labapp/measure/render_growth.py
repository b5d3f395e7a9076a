"""Growth as HTML: the laws, and the picture as SVG."""

import html
import io

from .look import CSS


def svg(figure) -> str:
    """A Figure as SVG text that can stand inside a page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True)
    return text.getvalue()[text.getvalue().index("<svg") :]


def laws(growth) -> str:
    """A table of the laws, one row for each variant."""
    queries, latency = growth.laws, growth.latency_laws
    rows = "".join(
        f'<tr><th scope="row"><b>{html.escape(variant)}</b></th><td>{html.escape(queries[variant].text)}</td>'
        f"<td>{html.escape(latency[variant].text)}</td></tr>"
        for variant in growth.variants
    )
    return (
        '<div class="dsl-result"><table><thead><tr><th scope="col">variant</th><th scope="col">queries</th>'
        f'<th scope="col">latency, ms</th></tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="dsl-notes">n = {html.escape(growth.parameter)}</p></div>'
    )


def standing(growth) -> str:
    """The laws with their style, as they stand alone in a notebook's output."""
    return f"<style>{CSS}</style>{laws(growth)}"
