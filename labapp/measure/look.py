"""The style sheet of tables and pictures: JupyterLab's colours where there are any, else light or dark."""

_LIGHT = """--dsl-r-ink:var(--jp-ui-font-color1,#1f2328);--dsl-r-soft:var(--jp-ui-font-color2,#636c76);
--dsl-r-line:var(--jp-border-color2,#d8dee4);--dsl-r-good:#1a7f37;--dsl-r-bad:#c62828"""
_DARK = """--dsl-r-ink:var(--jp-ui-font-color1,#e6edf3);--dsl-r-soft:var(--jp-ui-font-color2,#9aa4ae);
--dsl-r-line:var(--jp-border-color2,#30363d);--dsl-r-good:#4ac26b;--dsl-r-bad:#ff7b72"""

_COLOURS = f"""
.dsl-result,.dsl-growth{{{_LIGHT}}}
@media (prefers-color-scheme:dark){{.dsl-result,.dsl-growth{{{_DARK}}}}}
[data-jp-theme-light=true] .dsl-result{{--dsl-r-good:#1a7f37;--dsl-r-bad:#c62828}}
[data-jp-theme-light=false] .dsl-result{{--dsl-r-good:#4ac26b;--dsl-r-bad:#ff7b72}}
"""

# A class said twice outweighs JupyterLab, which sets tables to the right in every output. No ">" here: it is
# escaped on the way into a cell, and the rule is lost.
_TABLE = """
.dsl-result{color:var(--dsl-r-ink);overflow-x:auto;
font:13px/18px var(--jp-ui-font-family,system-ui,sans-serif)}
.dsl-result .dsl-status{height:26px;line-height:26px;border-bottom:2px solid var(--dsl-r-line);
white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.dsl-result .dsl-status.dsl-final{border-color:var(--dsl-r-good)}
.dsl-result table{border-collapse:collapse;table-layout:fixed;width:100%;margin:0;border:0;
min-width:calc(780px + var(--dsl-extra,0)*84px);
font-variant-numeric:tabular-nums;color:inherit;font-size:13px}
.dsl-result th,.dsl-result td{padding:0 8px;height:44px;box-sizing:border-box;white-space:nowrap;
overflow:hidden;text-overflow:ellipsis;vertical-align:middle;border:0;
border-bottom:1px solid var(--dsl-r-line);
background:none;color:inherit;font-weight:normal;line-height:18px;max-width:none}
.dsl-result thead th{height:30px;color:var(--dsl-r-soft)}
.dsl-result thead th.dsl-of-extra,.dsl-result thead th.dsl-of-more,
.dsl-result .dsl-tight th.dsl-of-latency{white-space:normal;
line-height:15px}
.dsl-result .dsl-tight th,.dsl-result .dsl-tight td{padding:0 6px}
.dsl-result table.dsl-tight{min-width:calc(700px + var(--dsl-extra,0)*84px)}
.dsl-result.dsl-result table th,.dsl-result.dsl-result table td{text-align:left}
.dsl-result.dsl-result table .dsl-number{text-align:right}
.dsl-result tbody tr:nth-child(n),.dsl-result tbody tr:hover{background:none}
.dsl-result tr.dsl-old{opacity:.45}
.dsl-result b{font-weight:600}
.dsl-result .dsl-chip{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.dsl-result .dsl-name,.dsl-result .dsl-caption,.dsl-result .dsl-below{display:block;overflow:hidden;
text-overflow:ellipsis}
.dsl-result .dsl-caption,.dsl-result .dsl-detail,.dsl-result .dsl-below,.dsl-result .dsl-notes{font-size:12px;
color:var(--dsl-r-soft)}
.dsl-result .dsl-detail{margin-left:5px}
.dsl-result .dsl-quiet{color:var(--dsl-r-soft)}
.dsl-result .dsl-good{color:var(--dsl-r-good)}
.dsl-result .dsl-bad{color:var(--dsl-r-bad)}
.dsl-result .dsl-notes{margin:6px 8px 0;min-height:36px}
.dsl-result .dsl-laws{min-width:0}
.dsl-result .dsl-laws td,.dsl-result .dsl-laws th{height:28px}
"""

_TRAFFIC = """
.dsl-result.dsl-of-traffic table.dsl-tight{min-width:calc(740px + var(--dsl-extra,0)*72px)}
.dsl-result.dsl-of-traffic thead th{height:36px;white-space:normal;font-size:12px;line-height:15px}
.dsl-result .dsl-name.dsl-long{white-space:normal;line-height:17px;max-height:34px}
.dsl-result .dsl-crowded col.dsl-is-rest,.dsl-result .dsl-still col.dsl-is-bar{width:0!important}
.dsl-result.dsl-of-traffic table.dsl-still{min-width:calc(790px + var(--dsl-extra,0)*72px)}
.dsl-result.dsl-of-traffic table.dsl-defers{min-width:calc(660px + var(--dsl-extra,0)*62px)}
.dsl-result .dsl-defers th,.dsl-result .dsl-defers td{padding:0 4px}
.dsl-result .dsl-defers .dsl-of-against{padding-left:6px}
.dsl-result .dsl-defers .dsl-wrong{display:block;max-height:42px;overflow:hidden;white-space:normal;
font-size:12px;line-height:14px}
.dsl-result .dsl-still .dsl-of-bar{padding:0!important;visibility:hidden;white-space:nowrap!important}
.dsl-result .dsl-crowded .dsl-of-rest{padding:0!important;visibility:hidden;white-space:nowrap!important}
"""

_BARS = """
.dsl-result .dsl-track{position:relative;height:12px}
.dsl-result .dsl-bar{position:absolute;left:0;top:0;height:12px;min-width:2px;border-radius:1px}
.dsl-result .dsl-bar.dsl-faint{opacity:.4}
.dsl-result .dsl-whisker{position:absolute;top:2px;height:8px;min-width:1px;box-sizing:border-box;
border:solid var(--dsl-r-ink);border-width:0 1px}
.dsl-result .dsl-whisker::after{content:"";position:absolute;left:0;right:0;top:3.5px;
border-top:1px solid var(--dsl-r-ink)}
"""

_PICTURES = """
.dsl-growth{color:var(--dsl-r-ink)}
.dsl-growth svg{display:block;max-width:100%;height:auto}
.dsl-growth text{font-family:var(--jp-ui-font-family,system-ui,sans-serif)!important}
"""

CSS = _COLOURS + _TABLE + _TRAFFIC + _BARS + _PICTURES
