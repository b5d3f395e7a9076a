"""A recording as text for a terminal, at most 100 columns wide."""

import textwrap

from labapp.probe.groups import groups
from labapp.probe.render_html import MOST_FINDINGS, MOST_GROUPS, figures, left_out
from labapp.probe.style import counted

WIDTH = 100


def text(recording) -> str:
    """Return the figures, the findings and the costliest statements as lines."""
    queries, rows, wall, split = figures(recording)
    label = f"{recording.label}: " if recording.label else ""
    lines = _wrapped(f"{label}{queries}, {rows}, {wall}: {split}", "  ")
    if not recording.queries:
        return "\n".join(lines)
    found = recording.findings()
    for finding in found[:MOST_FINDINGS]:
        lines += [
            "",
            *_wrapped(f"{finding.kind}: {finding.message}", "  "),
            *_wrapped(f"  Cure: {finding.cure}", "    "),
        ]
    if len(found) > MOST_FINDINGS:
        lines.append(f"and {counted(len(found) - MOST_FINDINGS, 'more finding')}")
    return "\n".join([*lines, "", *_table(recording)])


def _table(recording) -> list[str]:
    every = groups(recording)
    lines = [f"{'times':>6} {'ms':>9} {'rows':>7}  statement, and where from"]
    for group in every[:MOST_GROUPS]:
        figures = f"{group.count:>6,} {group.total_ms:>9,.2f} {group.rows:>7,}  "
        room = WIDTH - len(figures)
        lines.append(figures + _fit(group.fingerprint, room))
        lines.append(" " * len(figures) + _fit(group.where, room))
    rest = every[MOST_GROUPS:]
    if rest:
        lines.append(left_out(rest))
    return lines


def _wrapped(sentence: str, indent: str) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, subsequent_indent=indent, break_long_words=True) or [""]


def _fit(value: str, room: int) -> str:
    return value if len(value) <= room else value[: room - 1] + "…"
