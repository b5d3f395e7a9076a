"""What the picture of traffic means: its legend, and itself in one sentence."""

from labapp.measure.interval import median
from labapp.panel.traffic import dots as shapes
from labapp.panel.traffic.queue import DRAIN
from labapp.probe.style import counted, escape, milliseconds


def legend(scene):
    """What shapes and lines mean, and how many of the dots are drawn; HTML of fixed height."""
    who = {dot[2] for dot in scene.dots}
    shown = [
        f"<span>{shapes.sample(each)} {escape(name)}</span>"
        for each, (name, _) in shapes.SHAPES.items() if each in who
    ]
    shown.append('<span><i class="dsl-line50"></i>p50 of a second</span>')
    shown.append('<span><i class="dsl-line95"></i>p95 of a second</span>')
    shown.append("<span>gap: not counted</span>")
    if any(each.until > each.ended for each in scene.stretches if each.queue):
        shown.append(f'<span><i class="dsl-lined"></i>{DRAIN}</span>')
    return f'<div class="dsl-strip-legend">{"".join(shown)}<span>{escape(extent(scene))}</span></div>'


def extent(scene):
    """ "1,204 requests, each a dot at the moment it was due", or how many of them are drawn."""
    count = len(scene.dots)
    if count <= shapes.MOST:
        return f"{counted(count, 'request')}, each a dot at the moment it was due"
    return f"{shapes.MOST:,} of {count:,} requests drawn, evenly chosen, each at the moment it was due"


def description(scene):
    """The picture in a sentence: how many requests, and the typical time of each variant."""
    times = {}
    for stretch in scene.stretches:
        if not stretch.old:
            times.setdefault(stretch.variant, []).extend(ms for _, ms, _ in stretch.dots)
    said = [
        f"{variant}: {counted(len(found), 'request')}, half of them within {milliseconds(median(found))}"
        for variant, found in times.items() if found
    ]
    seconds = scene.ended - scene.began
    return f"Latency over {seconds:.0f} seconds. {'; '.join(said) or 'No request yet'}.{_queues(scene)}"


def _queues(scene):
    """ " Tasks that waited at most: 34 with celery, 2 with thread.", of those that had a queue."""
    longest = {}
    for stretch in scene.stretches:
        if stretch.queue and not stretch.old:
            here = max(step.waiting for step in stretch.queue)
            longest[stretch.variant] = max(here, longest.get(stretch.variant, 0))
    said = ", ".join(f"{most:,} with {variant}" for variant, most in longest.items())
    return f" Tasks that waited at most: {said}." if said else ""
