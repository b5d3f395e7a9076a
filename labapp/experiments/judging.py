"""From the trials of a check to what is said about them."""

from labapp.measure.law import fit
from labapp.probe.fingerprint import main_table
from labapp.probe.relations import Schema

SHOWN = 4  # places that are named at most
UNEVEN = 1.5  # how much more work at another depth is no sign of growth


def judge(exercise, trials, verdict):
    """Write into the verdict: is the result right, does the count stand still, and where does it not."""
    if fault := trials[-1].fault:
        verdict.say(False, f"With {_sizes_of(exercise, trials[-1])} it raises {fault}.")
        return
    _judge_result(exercise, trials, verdict)
    for past in dict.fromkeys(trial.past for trial in trials if trial.past):
        verdict.say(False, f"{past}.")
    growing = [name for name in exercise.grows if not _stands(name, exercise, trials)]
    for name in growing:
        verdict.say(False, _growth(name, exercise, trials))
    if growing:
        verdict.look = _places(growing[0], exercise, trials)
    else:
        _judge_limits(exercise, trials, verdict)
    for name in exercise.flat:
        _judge_work(name, exercise, trials, verdict)
    if exercise.plain_rows:
        _judge_objects(exercise, trials, verdict)


def _judge_work(name, exercise, trials, verdict):
    """SQLite's own steps must not follow this parameter."""
    along = _along(name, exercise, trials)
    least, most = (choose(along, key=lambda trial: trial.steps) for choose in (min, max))
    if most.steps <= UNEVEN * least.steps + 5:
        verdict.say(True, f"The database works as hard at every {name}.")
    else:
        verdict.say(
            False,
            f"SQLite takes {least.steps * 100:,} steps with {name} = {least.parameters[name]} and "
            f"{most.steps * 100:,} with {name} = {most.parameters[name]}: it reads more than is shown.",
        )


def _judge_objects(exercise, trials, verdict):
    most = max(trials, key=lambda trial: trial.objects)
    if not most.objects:
        verdict.say(True, "No instance of a model was made.")
    else:
        noun = "instance of a model was" if most.objects == 1 else "instances of models were"
        verdict.say(
            False, f"{most.objects:,} {noun} made with {_sizes_of(exercise, most)}; none is needed for this."
        )


def _judge_result(exercise, trials, verdict):
    wrong = next((trial for trial in trials if trial.difference), None)
    if wrong:
        verdict.say(False, f"Not the right result with {_sizes_of(exercise, wrong)}: {wrong.difference}.")
    else:
        verdict.say(True, f"The right result, {len(trials)} times, each time on data made for this check.")


def _judge_limits(exercise, trials, verdict):
    most = max(trial.count for trial in trials)
    if exercise.at_most is not None and most > exercise.at_most:
        verdict.say(False, f"{_queries(most)} at every size; it can be had with {exercise.at_most} or fewer.")
    else:
        verdict.say(True, f"{_queries(most)} at every size.")
    if exercise.lean:
        widest = max(trials, key=lambda trial: trial.rows - trial.needed)
        fits = widest.rows <= widest.needed
        verdict.say(fits, _fitting(widest) if fits else _wide(widest))


def _fitting(trial):
    return f"{trial.rows:,} rows read, at most as many as the page is made of: {trial.needed:,}."


def _wide(trial):
    return (
        f"{trial.rows:,} rows read where {trial.needed:,} are enough: some are read twice, or are not shown."
    )


def _along(name, exercise, trials):
    """The trials in which only this parameter differs, by its size."""
    others = {**trials[0].parameters, name: None}
    along = [trial for trial in trials if trial.full and {**trial.parameters, name: None} == others]
    return sorted(along, key=lambda trial: trial.parameters[name])


def _law(name, exercise, trials):
    along = _along(name, exercise, trials)
    return fit([trial.parameters[name] for trial in along], [trial.count for trial in along])


def _stands(name, exercise, trials):
    """Whether the count is the same at each size, and sparse data needs no more."""
    counts = {trial.count for trial in _along(name, exercise, trials)}
    return len(counts) == 1 and max(trial.count for trial in trials) == max(
        trial.count for trial in trials if trial.full
    )


def _growth(name, exercise, trials):
    along = _along(name, exercise, trials)
    law = _law(name, exercise, trials)
    counts = [trial.count for trial in along]
    other = [f"{each} = {along[0].parameters[each]}" for each in exercise.grows if each != name]
    given = f", with {' and '.join(other)}" if other else ""
    if counts != sorted(counts):
        said = ", ".join(f"{trial.count} with {trial.parameters[name]}" for trial in along)
        return f"The queries are not steady: {said} {name}{given}. Does it remember something?"
    text = law.text if law.exact else f"{counts[0]} to {counts[-1]}"
    return f"{text} queries for n {name}{given}: it still grows with the page."


def _places(name, exercise, trials):
    """Where the statements come from that became more: "19 × User by pinsta/_card.html:15  {{ … }}"."""
    along = _along(name, exercise, trials)
    before = {(group.fingerprint, group.where): group.count for group in along[0].recording.groups()}
    more = [
        group
        for group in along[-1].recording.groups()
        if group.count > before.get((group.fingerprint, group.where), 0)
    ]
    more.sort(key=lambda group: -group.count)
    return [f"Asked with {name} = {along[-1].parameters[name]}:", *map(_place, more[:SHOWN])] if more else []


def _place(group):
    table = main_table(group.sample.sql)
    model = Schema().model(table)
    site = group.template or group.site
    place = f"{site.label}  {site.text}".rstrip() if site else "an unknown place"
    return f"{group.count} × {model.__name__ if model else table} by {place}"


def _sizes_of(exercise, trial):
    return ", ".join(f"{name} = {trial.parameters[name]}" for name in exercise.grows)


def _queries(count):
    return "1 query" if count == 1 else f"{count} queries"
