"""What the reader has done so far, kept beside the cached data: predictions and solved exercises."""

import fcntl
import json
import os
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

HOME = "LAB_PROGRESS"
KEPT = ("exercises", "predictions")


def path():
    """The file: ``$LAB_PROGRESS``, or ``data/cache/progress.json`` of the checkout."""
    default = Path(__file__).resolve().parents[2] / "data" / "cache" / "progress.json"
    return Path(os.environ.get(HOME, default))


def load():
    """{"exercises": {name: {"passed", "tries", "when"}}, "predictions": {name: value}}; empty when new.

    A file that cannot be understood is set aside under another name: nothing is lost, nothing stops.
    """
    try:
        state = json.loads(path().read_text(encoding="utf-8"))
        return {name: dict(state[name]) for name in KEPT}
    except OSError:
        pass
    except (ValueError, TypeError, KeyError):
        path().replace(path().with_suffix(".damaged.json"))
    return {name: {} for name in KEPT}


def note_try(name, passed):
    """One more try of an exercise; once passed it stays passed."""

    def tried(state):
        before = state["exercises"].get(name, {"passed": False, "tries": 0})
        state["exercises"][name] = {
            "passed": before["passed"] or passed, "tries": before["tries"] + 1, "when": _now(),
        }

    _change(tried)


def note_prediction(name, value):
    """What the reader predicted; None when they skipped."""
    _change(lambda state: state["predictions"].update({name: value}))


def _change(change):
    """Let ``change(state)`` change what is kept, one notebook at a time. A disk that refuses is a warning."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with open(path().with_suffix(".lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = load()
            change(state)
            _save(state)
    except OSError as error:
        warnings.warn(f"Your progress is not kept: {error}. {HOME} may name another file.", stacklevel=4)


def _save(state):
    """Written under another name and renamed: whole or not at all."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path().parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as file:
        json.dump(state, file, indent=1)
    os.replace(file.name, path())


def _now():
    return datetime.now(UTC).isoformat(timespec="seconds")
