"""A result or a growth as one HTML file that asks for nothing from anywhere."""

import html

from .look import CSS
from .render_html import table

PAGE_CSS = """
:root{color-scheme:light dark}
body{max-width:1080px;margin:32px auto;padding:0 24px;font:14px/1.5 system-ui,sans-serif;background:#fff;color:#1f2328}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}}
pre{overflow-x:auto;padding:12px;border:1px solid #8884;border-radius:4px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px}dd{margin:0}
h2{margin-top:32px}
"""


def result_page(result) -> str:
    """The whole document."""
    parts = [
        f"<h1>{html.escape(result.question or result.experiment)}</h1>",
        _pairs({"experiment": result.experiment, **result.settings}),
        table(result),
        "<h2>Code</h2>",
        *(
            f"<h3>{html.escape(each.variant)}</h3><pre>{html.escape(each.source)}</pre>"
            for each in result.measurements
        ),
        "<h2>Measured on</h2>",
        _pairs(result.environment),
    ]
    return _document(result.question or result.experiment, "".join(parts))


def growth_page(growth) -> str:
    """The whole document."""
    from .render_growth import laws, svg

    parts = [f"<h1>{html.escape(growth.experiment)}</h1>", svg(growth.figure()), laws(growth)]
    parts += [table(result) for result in growth.results]
    return _document(growth.experiment, "".join(parts))


def _pairs(values: dict) -> str:
    pairs = "".join(
        f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(str(value))}</dd>"
        for name, value in values.items()
    )
    return f"<dl>{pairs}</dl>"


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{CSS}{PAGE_CSS}</style></head><body>{body}</body></html>"
    )
