"""The style sheet of the result's table: JupyterLab's colours where there are any, else the reader's light or dark."""

CSS = """
.dsl-result{--ink:var(--jp-ui-font-color1,#1f2328);--soft:var(--jp-ui-font-color2,#636c76);
--line:var(--jp-border-color2,#d0d7de);--good:var(--jp-success-color0,#1a7f37);--bad:var(--jp-error-color0,#c62828);
--paper:var(--jp-layout-color0,#fff);--band:var(--jp-layout-color2,#eef0f3);
color:var(--ink);font:13px/18px var(--jp-ui-font-family,system-ui,sans-serif);overflow-x:auto}
@media (prefers-color-scheme:dark){.dsl-result{--ink:var(--jp-ui-font-color1,#e6edf3);
--soft:var(--jp-ui-font-color2,#9aa4ae);--line:var(--jp-border-color2,#30363d);--good:var(--jp-success-color0,#4ac26b);
--bad:var(--jp-error-color0,#ff7b72);--paper:var(--jp-layout-color0,#0d1117);--band:var(--jp-layout-color2,#21262d)}}
.jp-mod-dark .dsl-result,[data-jp-theme-light=false] .dsl-result{--good:#4ac26b;--bad:#ff7b72}
.dsl-result .dsl-status{display:flex;justify-content:space-between;gap:16px;height:26px;line-height:26px;
border-bottom:2px solid var(--line)}
.dsl-result .dsl-status.dsl-final{border-color:var(--good)}
.dsl-result .dsl-status span{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.dsl-result table{border-collapse:collapse;table-layout:fixed;width:100%;min-width:820px;margin:0;
font-variant-numeric:tabular-nums;color:inherit;font-size:13px}
.dsl-result th,.dsl-result td{padding:0 8px;height:44px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;
text-align:left;vertical-align:middle;border:0;border-bottom:1px solid var(--line);background:none;color:inherit;
font-weight:normal;max-width:none}
.dsl-result thead th{height:30px;color:var(--soft)}
.dsl-result td.dsl-number,.dsl-result th.dsl-number{text-align:right}
.dsl-result tbody tr:nth-child(n),.dsl-result tbody tr:hover{background:none}
.dsl-result tr.dsl-old{opacity:.45}
.dsl-result b{font-weight:600}
.dsl-result .dsl-chip{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.dsl-result .dsl-name,.dsl-result .dsl-caption{display:block;overflow:hidden;text-overflow:ellipsis}
.dsl-result .dsl-caption,.dsl-result .dsl-detail,.dsl-result .dsl-quiet,.dsl-result .dsl-notes{color:var(--soft)}
.dsl-result .dsl-caption,.dsl-result .dsl-detail{font-size:12px}
.dsl-result .dsl-detail{margin-left:5px}
.dsl-result .dsl-good{color:var(--good)}
.dsl-result .dsl-bad{color:var(--bad)}
.dsl-result .dsl-track{position:relative;height:12px}
.dsl-result .dsl-bar{position:absolute;left:0;top:0;height:12px;min-width:2px;border-radius:1px}
.dsl-result .dsl-bar.dsl-faint{opacity:.45}
.dsl-result .dsl-whisker{position:absolute;top:2px;height:8px;min-width:1px;box-sizing:border-box;
border:solid var(--ink);border-width:0 1px}
.dsl-result .dsl-whisker::after{content:"";position:absolute;left:0;right:0;top:3.5px;border-top:1px solid var(--ink)}
.dsl-result .dsl-notes{font-size:12px;margin:6px 8px 0}
"""
