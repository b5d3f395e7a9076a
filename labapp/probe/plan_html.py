"""A plan's tree as HTML: a row for each step, what was estimated beside what came, its time as a bar."""

from labapp.probe.plan import OFF, WHOLE_TABLE, Plan, PlanNode, took
from labapp.probe.style import escape

_LIGHT = "--dsl-scan:#9a6700;--dsl-off:#c62828"
_DARK = "--dsl-scan:#d4a72c;--dsl-off:#ff7b72"
CSS = f"""
.dsl-root{{{_LIGHT}}}
@media (prefers-color-scheme:dark){{.dsl-root{{{_DARK}}}}}
[data-jp-theme-light=true] .dsl-root{{{_LIGHT}}}
[data-jp-theme-light=false] .dsl-root{{{_DARK}}}
""" + """
.dsl-root table.dsl-tree{border-collapse:collapse;width:100%;margin:4px 0;border:0;table-layout:auto;
font-size:13px;font-variant-numeric:tabular-nums}
.dsl-root .dsl-tree th,.dsl-root .dsl-tree td{padding:3px 8px;border:0;border-top:1px solid var(--dsl-line);
text-align:left;vertical-align:top;background:none;color:inherit;white-space:nowrap;max-width:none}
.dsl-root .dsl-tree thead th{border-top:0;color:var(--dsl-dim);font-weight:400;font-size:12px}
.dsl-root .dsl-tree th.dsl-step,.dsl-root .dsl-tree td.dsl-step{width:99%;white-space:normal;
overflow-wrap:anywhere}
.dsl-root .dsl-tree .dsl-number{text-align:right}
.dsl-root .dsl-tree small{display:block;color:var(--dsl-dim);font-size:12px}
.dsl-root .dsl-branch{position:relative;display:block;padding-left:16px}
.dsl-root .dsl-branch::before{content:"";position:absolute;left:3px;top:-5px;width:8px;height:14px;
border:solid var(--dsl-dim);border-width:0 0 1px 1px;opacity:.6}
.dsl-root .dsl-tree b{font-weight:600}
.dsl-root .dsl-scan{margin-left:8px;padding:0 6px;border:1px solid currentColor;border-radius:8px;
font-size:11px;line-height:15px;white-space:nowrap;color:var(--dsl-scan)}
.dsl-root .dsl-off{font-weight:600;color:var(--dsl-off)}
.dsl-root .dsl-spent{display:inline-block;width:64px;height:10px;margin-right:7px;background:var(--dsl-soft)}
.dsl-root .dsl-spent i{display:block;height:10px}
.dsl-root .dsl-took{display:inline-block;min-width:60px}
.dsl-root .dsl-tree small code{display:-webkit-box;overflow:hidden;-webkit-box-orient:vertical;
-webkit-line-clamp:2}
"""
SCAN = '<span class="dsl-scan" title="Row by row from its beginning, without an index">table scan</span>'


def html(plan: Plan, colour: str = "var(--dsl-dim)", notes: bool = True) -> str:
    """The tree, to stand inside of an element of class dsl-root, and its notes; of a refusal its sentence."""
    if not plan.nodes:
        return f"<p>{escape(plan.text)}</p>"
    whole = max((root.ms or 0 for root in plan.nodes), default=0)
    heads = ["step", *(["rows estimated"] if _estimates(plan) else [])]
    heads += ["rows", "", "time in the step"] if plan.analyzed else []
    kinds = ["dsl-step", "dsl-number", "dsl-number", "", "dsl-number"]
    named = zip(heads, kinds, strict=False) if heads[1:] else ()  # one column needs no name
    head = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in named)
    rows = "".join(f"<tr>{_row(plan, node, depth, whole, colour)}</tr>" for depth, node in plan.walk())
    below = [*_timing(plan), *(plan.notes if notes else ())]
    said = "".join(f'<p class="dsl-dim">{escape(note)}</p>' for note in below)
    return f'<table class="dsl-tree"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{said}'


def _estimates(plan: Plan) -> bool:
    return any(node.estimated_rows is not None for _, node in plan.walk())


def _row(plan: Plan, node: PlanNode, depth: int, whole: float, colour: str) -> str:
    cells = [f'<td class="dsl-step">{_step(node, depth)}</td>']
    if _estimates(plan):
        cells.append(f'<td class="dsl-number">{_rows(node.estimated_rows)}</td>')
    if plan.analyzed:
        time = f'<td class="dsl-number">{_time(node, whole, colour)}</td>'
        cells += [_came(node), f"<td>{_mark(node)}</td>", time]
    return "".join(cells)


def _rows(number: float) -> str:
    """A write without RETURNING gives none, and is estimated to."""
    return f"{round(number):,}" if number else "–"


def _step(node: PlanNode, depth: int) -> str:
    """The step as the database names it, and below that its conditions."""
    bold = node.kind if node.text.startswith(node.kind) else node.text.partition(" ")[0]
    text = f"<b>{escape(bold)}</b>{escape(node.text.removeprefix(bold))}"
    role = f'<span class="dsl-dim">{escape(node.role)}: </span>' if node.role else ""
    scan = SCAN if node.access == WHOLE_TABLE else ""
    conditions = "".join(
        f'<small><code title="{escape(condition)}">{escape(condition)}</code></small>'
        for condition in node.conditions
        if condition not in node.text
    )
    inner = f"{role}{text}{scan}{conditions}"
    if not depth:
        return inner
    return f'<span class="dsl-branch" style="margin-left:{(depth - 1) * 16}px">{inner}</span>'


def _came(node: PlanNode) -> str:
    if not node.loops:
        return '<td class="dsl-number dsl-dim">never run</td>'
    if node.estimated_rows == node.actual_rows == 0:  # a write without RETURNING
        return '<td class="dsl-number dsl-dim" title="It returns no rows">–</td>'
    loops = f"<small>in {node.loops:,} loops</small>" if node.loops > 1 else ""
    return f'<td class="dsl-number">{round(node.actual_rows):,}{loops}</td>'


def _mark(node: PlanNode) -> str:
    """▲ or ▼ where the estimate was off by more than ten times."""
    ratio = node.ratio
    if node.off:
        factor, arrow, words = (ratio, "▲", "more") if ratio > 1 else (1 / ratio, "▼", "fewer")
        return (
            f'<span class="dsl-off" title="{factor:,.0f} times {words} rows than estimated">'
            f"{arrow} {factor:,.0f}×</span>"
        )
    if ratio is None or ratio >= 1 / OFF:
        return ""
    return '<span class="dsl-dim" title="The step above did not ask for all of its rows">stopped early</span>'


def _time(node: PlanNode, whole: float, colour: str) -> str:
    share = 100 * node.own_ms / whole if whole else 0
    title = f"{took(node.own_ms)} in this step, {took(node.ms)} with those below it"
    return (
        f'<span title="{title}"><span class="dsl-spent">'
        f'<i style="width:{min(share, 100):.1f}%;background:{escape(colour)}"></i></span>'
        f'<span class="dsl-took">{took(node.own_ms)}</span></span>'
    )


def _timing(plan: Plan) -> list[str]:
    if plan.execution_ms is None:
        return []
    return [f"Planned in {took(plan.planning_ms)}, executed in {took(plan.execution_ms)}."]
