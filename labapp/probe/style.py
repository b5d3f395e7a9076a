"""One look for all that the probe shows: JupyterLab's colours where there are any, else light or dark.

Elements stand inside of `.dsl-root`; colours are CSS variables `--dsl-…`, so that SVG follows the theme too.
"""

import html

# Okabe and Ito's colours, told apart by colour-blind people too; grey is for what is neither.
PALETTE = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#8c6d31", "#7b6bb5"]

_LIGHT = {"ink": "#1f2328", "dim": "#636c76", "line": "#d8dee4", "soft": "#f4f6f8", "paper": "#ffffff"}
_DARK = {"ink": "#e6e9ec", "dim": "#98a2ad", "line": "#30363d", "soft": "#1a1f24", "paper": "#111417"}
_JUPYTER = {
    "ink": "ui-font-color1",
    "dim": "ui-font-color2",
    "line": "border-color2",
    "soft": "layout-color2",
    "paper": "layout-color1",
}


def _colours(fallbacks: dict) -> str:
    return "".join(f"--dsl-{name}:var(--jp-{_JUPYTER[name]},{colour});" for name, colour in fallbacks.items())


CSS = (
    f".dsl-root,.dsl-timeline{{{_colours(_LIGHT)}--dsl-wait:var(--dsl-dim)}}"
    f"@media (prefers-color-scheme:dark){{.dsl-root,.dsl-timeline{{{_colours(_DARK)}}}}}"
    """
.dsl-root{color:var(--dsl-ink);
font:13px/1.45 var(--jp-ui-font-family,system-ui,"Segoe UI",Roboto,sans-serif);max-width:980px}
.dsl-root .dsl-dim{color:var(--dsl-dim)}
.dsl-root code{font:12px/1.4 var(--jp-code-font-family,ui-monospace,"DejaVu Sans Mono",monospace);
background:none;color:inherit;
padding:0;overflow-wrap:anywhere}
.dsl-root .dsl-headline{margin:0 0 8px}
.dsl-root .dsl-headline b{font-size:15px}
.dsl-root .dsl-finding{border-left:3px solid var(--dsl-mark,#d55e00);background:var(--dsl-soft);
padding:5px 10px;margin:6px 0}
.dsl-root .dsl-finding p{margin:0}
.dsl-root .dsl-kind{font-weight:600}
.dsl-root table.dsl-groups{border-collapse:collapse;width:100%;margin:8px 0;font-size:13px;
table-layout:auto;border:0}
.dsl-root table.dsl-groups th,.dsl-root table.dsl-groups td{padding:4px 8px;text-align:left;
vertical-align:top;border:0;
border-top:1px solid var(--dsl-line);background:none;color:inherit;white-space:normal;max-width:none}
.dsl-root table.dsl-groups thead th{border-top:0;color:var(--dsl-dim);font-weight:400;font-size:12px}
.dsl-root table.dsl-groups .dsl-number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.dsl-root .dsl-chip{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.dsl-timeline{display:block;max-width:100%;height:auto;
font:11px var(--jp-ui-font-family,system-ui,sans-serif)}
.dsl-timeline text{fill:var(--dsl-dim)}
.dsl-timeline .dsl-lane{fill:var(--dsl-ink)}
.dsl-timeline .dsl-grid{stroke:var(--dsl-line)}
.dsl-timeline .dsl-run{stroke:var(--dsl-dim);stroke-opacity:.55}
.dsl-timeline .dsl-fetch{opacity:.45}
.dsl-legend{color:var(--dsl-dim,#636c76);font-size:12px;margin:2px 0 6px}
.dsl-legend span{margin-right:14px;white-space:nowrap}
.dsl-legend i{display:inline-block;width:11px;height:11px;margin-right:5px;vertical-align:-1px;
background:var(--dsl-dim,#636c76)}
.dsl-legend i.dsl-waits{
background:repeating-linear-gradient(135deg,var(--dsl-dim,#636c76) 0 1.3px,transparent 1.3px 4px)}
.dsl-legend i.dsl-fetches{opacity:.45}
.dsl-legend i.dsl-gap{height:1px;vertical-align:3px}
.dsl-timeline .dsl-cached path{fill:none;stroke:var(--dsl-ink);stroke-width:.8}
.dsl-timeline .dsl-cached .dsl-hit{fill:var(--dsl-ink);stroke:none}
.dsl-legend i.dsl-found,.dsl-legend i.dsl-missed{height:4px;vertical-align:1px;
background:var(--dsl-ink,#1f2328);border:1px solid var(--dsl-ink,#1f2328)}
.dsl-legend i.dsl-missed{background:none}
"""
)


def escape(text) -> str:
    """Return text that is safe inside of HTML, attributes too."""
    return html.escape(str(text), quote=True)


def milliseconds(value: float) -> str:
    """Return a duration with three figures: "0.12 ms", "12.3 ms", "1,234 ms"."""
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f} ms"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return "1 query" or "1,830 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
