"""The top of a panel: the question, and in one line what it is measured on."""

from functools import cache
from html import escape

from labapp import probe


def heading(experiment, settings, environment, facts):
    """The question and the facts below it as HTML."""
    line = " · ".join(escape(each) for each in parts(experiment, settings, environment, facts))
    return (
        f'<div class="dsl-head"><div class="dsl-question" role="heading" aria-level="3">'
        f'{escape(experiment.question)}</div><div class="dsl-facts">{line}</div></div>'
    )


def parts(experiment, settings, environment, facts):
    """["feed", "talk 4.1", "SQLite 3.40.1, 51,204 rows", "Django 5.2.19", "recorder costs 3 µs a query"]."""
    found = [experiment.name]
    if experiment.claims:
        found.append("talk " + ", ".join(experiment.claims))
    described = [condition.words_for(settings) for condition in experiment.conditions.values()]
    database, data = environment["database"], environment.get("data", "")
    if not data and facts.startswith(database):  # a condition may put another database there, or other data
        database = facts
    found.append(", ".join(each for each in [database, data, *described] if each))
    found.append(f"Django {environment['django']}")
    found.append(recorder_cost())
    return found


@cache
def recorder_cost():
    """ "recorder costs 3.0 µs a query", measured once in this process."""
    return f"recorder costs {probe.overhead():.1f} µs a query"
