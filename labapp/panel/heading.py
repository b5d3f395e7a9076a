"""The top of a panel: the question, and in one line what it is measured on."""

from html import escape


def heading(experiment, settings, environment, facts, cost=""):
    """The question and the facts below it as HTML."""
    line = " · ".join(escape(each) for each in parts(experiment, settings, environment, facts, cost))
    return (
        f'<div class="dsl-head"><div class="dsl-question" role="heading" aria-level="3">'
        f'{escape(experiment.question)}</div><div class="dsl-facts">{line}</div></div>'
    )


def parts(experiment, settings, environment, facts, cost=""):
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
    return [*found, cost] if cost else found
