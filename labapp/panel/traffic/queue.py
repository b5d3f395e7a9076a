"""The queue of tasks below the latency, and the time in which it empties when no more requests come."""

from labapp.panel.traffic.axes import Rate
from labapp.panel.traffic.layout import BAND, LATENCY, LETTER, box, frame, group
from labapp.probe.style import escape

REST = "no more requests"
DRAIN = f"{REST}; the workers empty the queue"
FINEST = 1.0  # pixels: of what lies closer together the longest is drawn


def queues(stretches, place, rows):
    """The lengths of the queue as steps: tasks that wait, and paler above them those under way."""
    lengths = [step.waiting + step.working for each in stretches for step in each.queue]
    axis = Rate.over(lengths, *rows.queue)
    yield frame(axis)
    yield from (_queue(each, place, axis) for each in stretches if each.queue)


def drain(stretch, place, rows):
    """The time after the traffic: its band is dashed, and all of it is shaded; words where there is room."""
    left, right = place(stretch.ended), place(stretch.until)
    if right - left < FINEST:
        return ""
    room = int((right - left - 8) / LETTER)
    what = [DRAIN, REST, "drain"] if stretch.queue else [REST]
    words = next((each for each in what if len(each) <= room), "")
    said = f'<text x="{left + 4:.1f}" y="{LATENCY[1] - 6}">{words}</text>' if words else ""
    band = f'<path class="dsl-draining" stroke="{stretch.colour}" d="M{left:.1f} {BAND + 2}H{right:.1f}"/>'
    shade = f'<path class="dsl-drain" d="{box(left, right, LATENCY[0], rows.bottom)}"/>'
    return group(stretch, f"<title>{escape(stretch.variant)}: {what[0]}</title>{shade}{band}{said}")


def _queue(stretch, place, axis):
    steps = stretch.queue
    under_way = [(step.second, step.waiting + step.working) for step in steps]
    waiting = [(step.second, step.waiting) for step in steps]
    most = max(step.waiting for step in steps)
    said = f"<title>{escape(stretch.variant)}: at most {most:,} waited</title>"
    return group(
        stretch,
        f'<path class="dsl-working" fill="{stretch.colour}" d="{_outline(under_way, stretch, place, axis)}"/>'
        f'<path class="dsl-rate" fill="{stretch.colour}" d="{_outline(waiting, stretch, place, axis)}">'
        f"{said}</path>",
    )


def _outline(lengths, stretch, place, axis):
    """The area below (moment, length) steps, which last until the end of the stretch."""
    found = _columns(lengths, stretch.until, place)
    if not any(length for _, _, length in found):
        return ""
    tops = "".join(f"V{axis.y(length):.1f}H{right:.1f}" for _, right, length in found)
    return f"M{found[0][0]:.1f} {axis.bottom}{tops}V{axis.bottom}z"


def _columns(lengths, until, place):
    """(left, right, length) in pixels, none of them narrower than the finest, but maybe the first."""
    found, ends = [], [*(at for at, _ in lengths[1:]), until]
    for (at, length), end in zip(lengths, ends, strict=True):
        left, right = place(at), place(end)
        if found and right - found[-1][0] < FINEST:
            left, _, longest = found.pop()
            length = max(length, longest)
        found.append((left, right, length))
    return found
