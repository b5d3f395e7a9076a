"""The panel: question, controls, status, table and tabs of one experiment, alive while someone sees it."""

from weakref import WeakKeyDictionary

import ipywidgets as widgets

from labapp.experiments.parameters import BadSetting
from labapp.experiments.saying import heard
from labapp.measure.environment import environment
from labapp.panel import display, text
from labapp.panel.actions import Actions
from labapp.panel.controls import Controls
from labapp.panel.heading import heading
from labapp.panel.kinds import kind_of
from labapp.panel.live import Live
from labapp.panel.measuring import Measuring
from labapp.panel.picture import Picture
from labapp.panel.save import save
from labapp.panel.status import Status
from labapp.panel.style import STYLE

LATEST = WeakKeyDictionary()  # the last final result of each experiment, for its text form


class Panel(widgets.VBox):
    """A live picture of an experiment: ``Panel(feed, photos=50, tab="Queries")``.

    ``tab`` is the one it opens on, ``budget`` the seconds that the rounds (0.5, 2 or 10) or the traffic
    (5, 20 or 60) may take; all else are settings of the experiment. BadSetting where one cannot be. It
    measures while it is on a screen, and closing it ends its work. ``result`` is what it shows, None before
    the first. What differs between variants that return and variants that are served is its ``kind``.
    """

    def __init__(self, experiment, *, tab=None, budget=None, **settings):
        settings = experiment.check(settings)
        self.experiment = experiment
        self.kind = kind_of(experiment)
        self.result = None
        self._awake = False
        self._measuring = Measuring(failed=self._failed, ended=self._ended)
        self._heading = Live(self._headed(settings, environment()))
        self._picture = Picture(self.kind)
        self._controls = Controls(experiment.controls(), settings, lambda: self.guarded(self.measure))
        self._actions = Actions(
            self.kind, budget, again=lambda: self.guarded(self.measure),
            stop=lambda: self.guarded(self._measuring.stop), save=lambda form: self.guarded(self._save, form),
        )
        self._tabs = [each(self) for each in self.kind.tabs]
        self._notebook = self._opened_on(tab)
        self._controls.widget.add_class("dsl-settings")
        picture = self._picture
        line = widgets.HBox([picture.state.widget, self._actions.widget]).add_class("dsl-line")
        super().__init__([
            widgets.HTML(STYLE, layout={"display": "none"}), self._heading.widget, self._controls.widget,
            line, picture.progress.widget, picture.table.widget, self._notebook, picture.heard.widget,
        ])
        self.add_class("dsl-panel")
        self.say(Status("still", "Not measured yet."))
        self._view_count = 0  # front ends count the views of a widget that asks for it
        self.observe(lambda change: self.guarded(self._seen, change.new), "_view_count")

    def __repr__(self):
        return f"<Panel of {self.experiment.name}: {self._words(self.settings)}>"

    def _opened_on(self, tab):
        titles = [each.title for each in self._tabs]
        tab = titles[0] if tab is None else tab
        if tab not in titles:
            raise BadSetting(f"tab must be one of {', '.join(titles)}, and {tab!r} is not.")
        notebook = widgets.Tab(
            [each.widget for each in self._tabs], titles=titles, selected_index=titles.index(tab)
        )
        notebook.observe(lambda change: self.guarded(self._draw_open_tab), "selected_index")
        return notebook.add_class("dsl-tabs")

    def _headed(self, settings, where):
        return heading(self.experiment, settings, where, display.FACTS["facts"], self.kind.cost())

    # What the tabs use

    @property
    def settings(self):
        """What the controls say."""
        return self._controls.settings

    @property
    def adjustable(self):
        """The names of the settings that have a control."""
        return self._controls.names

    def begin(self, work):
        """Have ``work(stop)`` done by the worker in place of what this panel asked for before."""
        def heeded(stop):
            with heard(lambda sentence: self.say(Status("busy", sentence))):
                work(stop)

        self._actions.running(True)
        self._measuring.begin(heeded)

    def say(self, state):
        """Show a Status."""
        self._picture.say(state)

    def guarded(self, callback, *arguments):
        """Run a callback; its error appears in the panel (ipywidgets would log it where nobody looks)."""
        try:
            callback(*arguments)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    # Measuring

    def measure(self):
        """Measure what is set now; only notes the wish and returns."""
        settings, budget_ms = self.settings, self._actions.budget.value

        def work(stop):
            self.experiment.measure(
                settings, stop, lambda result: self._observe(result, budget_ms), budget_ms=budget_ms
            )

        self._picture.dim(True)
        self.say(Status("busy", f"Measuring {self._words(settings)}."))
        self.begin(work)

    def resume(self):
        """Measure what is set, unless that is what the table shows already."""
        if self._stale or not self.result.final:
            self.measure()

    @property
    def _stale(self):
        """Whether the table shows another setting than the controls do."""
        return self.result is None or self.result.settings != self.experiment.check(self.settings)

    def _words(self, settings):
        return text.words({name: settings[name] for name in self.adjustable})

    def _observe(self, result, budget_ms):
        """In the worker: a stage of the measurement, to be shown."""
        self.kind.follow(result)
        new = self.kind.ready(result) and self.result is not result
        self._picture.show(result, self.result, at_once=new)
        if new:
            self.result = result
            self._picture.dim(False)
            self._head()
        if new or self.kind.lively:
            self._draw_open_tab()
        self.say(self.kind.status(result, budget_ms))
        self._open_tab.between()
        if result.final:
            LATEST[self.experiment] = result
            self._picture.hear(result)

    def _head(self):
        """The heading is of the measurement that is shown; some words of it are known only at its end."""
        if self.result is not None:
            self._heading.show(self._headed(self.result.settings, self.result.environment))

    def _draw_open_tab(self):
        self._open_tab.show(self.result)

    @property
    def _open_tab(self):
        return self._tabs[self._notebook.selected_index or 0]

    def _ended(self, why):
        self._idle()
        self._head()
        if why:
            self.say(Status("still", f"{why} {self._whose()}".rstrip()))

    def _failed(self, error):
        self._idle()
        self.say(Status("wrong", f"{text.fault(error).rstrip('.')}. {self._whose()}".rstrip()))

    def _idle(self):
        self._actions.running(self._measuring.busy)
        if not self._measuring.busy:
            self.kind.rest()
            self._picture.dim(self._stale)

    def _whose(self):
        """A sentence when the table shows another setting than the controls do."""
        if self.result is None or not self._stale:
            return ""
        return f"The figures are of {self._words(self.result.settings)}."

    def _save(self, form):
        what = self._open_tab.saved or self.result
        if what is None or not self.kind.keeps(what, self._measuring.busy):
            self.say(Status("wrong", "Nothing is saved: there is no finished measurement yet."))
        else:
            self.say(Status("done", f"Saved as {save(what, form)}", 1.0))

    # Life

    def _seen(self, views):
        """Someone looks, or nobody does any more."""
        if views and not self._awake:
            self._wake()
        elif not views and self._awake:
            self._rest()

    def _wake(self):
        self._awake = True
        self.experiment.listeners.append(self._variants_changed)
        self._draw_open_tab()
        self.measure()

    def _rest(self):
        self._awake = False
        self.experiment.listeners.remove(self._variants_changed)
        self._measuring.stop()

    def _variants_changed(self):
        self.guarded(self._draw_open_tab)
        self.guarded(self.measure)

    def close(self):
        """End its work and take it and all its parts off the screen."""
        if getattr(self, "_awake", False):
            self._rest()
        for part in _parts(self):
            part.close()
        super().close()

    # Forms

    def _repr_mimebundle_(self, **options):
        """The widget for a notebook, with text and static HTML for where there are no widgets."""
        result = self.result if self.result and self.result.final else LATEST.get(self.experiment)
        plain = text.text(self.experiment, self.settings, result)
        if not display.in_kernel():
            return {"text/plain": plain}
        display.CELLS.shows(self)
        data = super()._repr_mimebundle_(**options) or {}
        return {**data, "text/plain": plain, "text/html": text.html(self.experiment, self.settings, result)}


def _parts(widget):
    """Everything below a widget that the front end keeps: children, layouts, styles."""
    for child in getattr(widget, "children", ()):
        yield from _parts(child)
        yield child
    yield widget.layout
    if hasattr(widget, "style"):
        yield widget.style
