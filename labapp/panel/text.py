"""The panel for those who have no widgets: a terminal, a notebook that is not trusted, a printed page."""

from html import escape

from labapp.experiments.faults import ServerDied
from labapp.experiments.parameters import BadSetting
from labapp.experiments.variant import BadVariant
from labapp.measure.storage import ResultError


def text(experiment, settings=None, result=None):
    """The question, what can be set, the variants, and the last result or how to get one."""
    settings = settings or experiment.defaults()
    lines = [f"{experiment.name}: {experiment.question}"]
    if result is not None:
        return "\n".join([*lines, "", str(result)])
    lines += ["", "settings", *(_setting(parameter, settings) for parameter, _ in experiment.controls())]
    wide = max((len(name) for name in experiment.variants), default=0)
    lines += ["", "variants"]
    lines += [
        f"  {each.name:<{wide}}  {each.caption or each.origin}{_unavailable(each)}".rstrip()
        for each in experiment.variants.values()
    ]
    return "\n".join([*lines, "", f"To measure: {call(experiment, settings)}"])


def html(experiment, settings=None, result=None):
    """The same as static HTML, with the last result's own picture when there is one."""
    note = "<p><em>A picture of a live panel: run the cell to use it.</em></p>"
    if result is None:
        return f"<pre>{escape(text(experiment, settings))}</pre>{note}"
    return f"{result._repr_html_()}{note}"


def sentence(result):
    """One sentence on a result for those who hear it: count, time and comparison of each variant."""
    said = "; ".join(map(_spoken, result.measurements))
    settings = f" with {words(result.settings)}" if result.settings else ""
    return f"{result.experiment}{settings}: {said}."


def words(settings):
    """ "photos 30, round trip 2.0"."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())


def fault(error):
    """An error in one sentence; ours say what is wrong by themselves, others are named."""
    said = " ".join(str(error).split())
    if isinstance(error, (BadSetting, BadVariant, ResultError, ServerDied)) and said:
        return said
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def call(experiment, settings):
    """The line of Python that measures this setting."""
    changed = {
        name: value for name, value in settings.items() if value != experiment.defaults().get(name)
    }
    arguments = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    return f"labapp.experiments.get({experiment.name!r}).run({arguments})"


def _setting(parameter, settings):
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"  {parameter.name} = {settings[parameter.name]}{unit}  ({parameter.allowed})"


def _unavailable(variant):
    return f" ({variant.unavailable})" if variant.unavailable else ""


def _spoken(measurement):
    if measurement.error or measurement.unavailable:
        return f"{measurement.variant} {measurement.error or measurement.unavailable}"
    said = [f"{measurement.variant} {measurement.queries} queries"]
    if measurement.median_ms is not None:
        said.append(f"{measurement.median_ms:.1f} ms")
    if measurement.wrong:
        said.append(f"another result, {measurement.difference}")
    elif measurement.comparison is not None:
        said.append(measurement.comparison.text)
    return ", ".join(said)
