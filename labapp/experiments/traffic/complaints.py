"""What views raise while they are served, told to the kernel in plain words."""

import inspect
import json
import sys
from pathlib import Path
from types import SimpleNamespace

from labapp.experiments.faults import sentence

TURN = "HTTP_X_LAB_TURN"  # the header that names the turn of a request, in its environ
WARM = "HTTP_X_LAB_WARM"  # the header of one that does not count


class Complaints:
    """What was raised in views: one line for each, in a file that the kernel reads."""

    def __init__(self, folder):
        self.path = Path(folder, "complaints")
        self._read = 0

    def note(self, request, **_):
        """The exception at hand, with the line of the view's file that it passed through."""
        error = sys.exception()
        match = getattr(request, "resolver_match", None)
        view = SimpleNamespace(name="", function=inspect.unwrap(match.func) if match else None)
        line = json.dumps([request.environ.get(TURN, ""), sentence(error, view)]) + "\n"
        with self.path.open("a") as file:
            file.write(line)

    def take(self):
        """(turn, sentence) of those since the last call."""
        if not self.path.exists():
            return []
        with self.path.open() as file:
            file.seek(self._read)
            lines = file.readlines()
            self._read = file.tell()
        return [tuple(json.loads(line)) for line in lines]
