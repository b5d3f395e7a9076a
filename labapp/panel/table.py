"""The table while it is being filled: what is not measured yet keeps its last figures, dimmed."""

from dataclasses import replace

from labapp.measure import render_html
from labapp.panel.status import known


def complete(result):
    """Whether every variant has been recorded, or says why not."""
    return all(map(known, result.measurements))


def filled(result, before):
    """The result with its missing rows taken from the one before, and the names of those rows."""
    earlier = {each.variant: each for each in before.measurements} if before else {}
    old = {each.variant for each in result.measurements if not known(each) and each.variant in earlier}
    rows = [earlier[each.variant] if each.variant in old else each for each in result.measurements]
    return replace(result, measurements=rows), old


def table(result, before):
    """The table as HTML; ``before`` is the result that stood there."""
    shown, old = filled(result, before)
    return render_html.table(shown, status=False, old=old, before=before)
