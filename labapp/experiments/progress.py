"""What the reader has done so far, kept beside the cached data: predictions and solved exercises."""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HOME = "LAB_PROGRESS"


def path():
    """The file: ``$LAB_PROGRESS``, or ``data/cache/progress.json`` of the checkout."""
    default = Path(__file__).resolve().parents[2] / "data" / "cache" / "progress.json"
    return Path(os.environ.get(HOME, default))


def load():
    """{"exercises": {name: {"passed", "tries", "when"}}, "predictions": {name: value}}; empty when new.

    A file that cannot be read is set aside under another name: nothing is lost, nothing stops.
    """
    blank = {"exercises": {}, "predictions": {}}
    try:
        return blank | json.loads(path().read_text())
    except FileNotFoundError:
        return blank
    except ValueError:
        path().replace(path().with_suffix(".damaged.json"))
        return blank


def note_try(name, passed):
    """One more try of an exercise; once passed it stays passed."""
    state = load()
    before = state["exercises"].get(name, {"passed": False, "tries": 0})
    state["exercises"][name] = {
        "passed": before["passed"] or passed, "tries": before["tries"] + 1, "when": _now(),
    }
    _save(state)


def note_prediction(name, value):
    """What the reader predicted; None when they skipped."""
    state = load()
    state["predictions"][name] = value
    _save(state)


def _save(state):
    """Written under another name and renamed, as two notebooks may be open at once."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=".tmp", delete=False) as file:
        json.dump(state, file, indent=1)
    os.replace(file.name, target)


def _now():
    return datetime.now(UTC).isoformat(timespec="seconds")
