"""How the database carries out the statements of one variant that cost most: its plan as a tree."""

from concurrent.futures import CancelledError
from html import escape

from labapp.experiments.databases import guarded
from labapp.experiments.world import parameters, stage, world
from labapp.measure.stop import Stopped
from labapp.measure.worker import worker
from labapp.panel import text
from labapp.panel.tabs.chosen import OneVariant
from labapp.probe import explain, plan_html
from labapp.probe.explain import EXPLAINED_KINDS
from labapp.probe.style import milliseconds

WRITES = ("insert", "update", "delete", "copy")
MOST = 3  # statements shown; each is run once more by PostgreSQL
LONGEST_MS = 1000
TOO_LONG = "A statement that took longer than a second is not executed again: its plan has estimates only."
ASKING = '<p class="dsl-none">Asking the database.</p>'
NO_PLAN = '<p class="dsl-none">It sends no statement that has a plan.</p>'
BEFORE_IT = "This variant writes: its statements are explained on the data as they are before it."
RUN_AGAIN = (
    "PostgreSQL ran each statement once more for its plan, with a clock in every step, and rolled back what "
    "it wrote. ▲ and ▼: the estimate is off by more than 10 times."
)


class Plan(OneVariant):
    """The plans of the costliest statements, asked for while the tab is open.

    They are made in the worker, in the variant's own world: between two rounds of a measurement, or else in a
    job of their own.
    """

    title = "Plan"
    choosing = "plan of"

    def __init__(self, panel):
        self._wanted = None  # the Result and the name of the variant that plans are wanted for
        self._known = None, None, ""  # the same of those that there are, and their HTML
        super().__init__(panel)

    def show(self, result):
        super().show(result)
        if result is None or self._shows(result) or not statements(self.chosen(result)):
            return
        self._wanted = result, self._variant.value
        job = worker.submit((self.panel, "plans"), lambda stop: self._in_world(result, stop))
        job.future.add_done_callback(self._planned)

    def of(self, measurement):
        _, name, html = self._known
        if not statements(measurement):
            return NO_PLAN
        return html if name == measurement.variant else ASKING

    def _shows(self, result):
        known, name, _ = self._known
        return known is result and name == self._variant.value

    # In the worker's thread

    def between(self):
        """Ask for what is wanted, inside of the world of the measurement that is under way."""
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        try:
            html = self._asked(*wanted)
        except Exception as error:  # noqa: BLE001 - the measurement goes on, the tab says what
            html = fault(error)
        self._put(*wanted, html)

    def _asked(self, result, name):
        experiment = self.panel.experiment
        measurement = result[name]
        with stage(experiment, experiment.variants[name], parameters(experiment, result.settings)):
            plans = [(each, asked(each.sample)) for each in statements(measurement)]
        body = "".join(statement(group, plan, measurement.colour) for group, plan in plans)
        said = [BEFORE_IT] if any(each.kind in WRITES for each in measurement.recording.queries) else []
        return f'<div class="dsl-root">{body}{notes([plan for _, plan in plans], said)}</div>'

    def _in_world(self, result, stop):
        if self._wanted is None:
            return  # made between two rounds
        with world(self.panel.experiment, result.settings), guarded(stop):
            self.between()

    def _put(self, result, name, html):
        self._known = result, name, html
        self.panel.guarded(self._again)

    def _planned(self, future):
        """The job is over: an error of the world around it must be seen."""
        try:
            future.result()
        except (CancelledError, Stopped):
            return
        except Exception as error:  # noqa: BLE001
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                self._put(*wanted, fault(error))


def statements(measurement):
    """The groups of a measurement that have a plan, those that cost most first."""
    if measurement is None or measurement.recording is None:
        return []
    return [each for each in measurement.recording.groups() if each.kind in EXPLAINED_KINDS][:MOST]


def asked(query):
    """The plan of a statement, executed once more for it unless people would wait for that."""
    plan = explain(query, analyze=query.db_ms <= LONGEST_MS)
    if plan.nodes and query.vendor == "postgresql" and not plan.analyzed:
        plan.notes.append(TOO_LONG)
    return plan


def statement(group, plan, colour):
    """One statement with its cost and its plan."""
    words = escape(group.fingerprint)
    return (
        f'<section class="dsl-planned"><p><b>{group.count:,}</b> × '
        f'<span class="dsl-dim">{milliseconds(group.total_ms)} in all ·</span> '
        f'<code title="{words}">{words}</code></p>{plan_html.html(plan, colour, notes=False)}</section>'
    )


def notes(plans, said):
    """What the plans do not say, each sentence once."""
    said = [*said, *(note for plan in plans for note in plan.notes)]
    said += [RUN_AGAIN] if any(plan.analyzed for plan in plans) else []
    return "".join(f'<p class="dsl-dim">{escape(note)}</p>' for note in dict.fromkeys(said))


def fault(error):
    """An error in the place of the plans."""
    return f'<p class="dsl-fault" role="alert">✗ {escape(text.fault(error))}</p>'
