"""`%%record [name] [--no-sites]`: a notebook cell, recorded.

The cell runs as it always does (await, output, errors, names, line numbers): an input transformer makes a
comment of the magic's line, and the recording begins and ends with IPython's own events around the cell.
"""

import shlex
from dataclasses import dataclass

from IPython.core.error import UsageError
from IPython.display import display

MAGIC = "%%record"


@dataclass(frozen=True, slots=True)
class Order:
    """What the line of the magic asks for."""

    name: str = ""
    sites: bool = True


def load(shell) -> None:
    """Give the shell the magic; loading twice is the same as once."""
    if any(isinstance(one, CellRecorder) for one in shell.input_transformers_cleanup):
        return
    recorder = CellRecorder(shell)
    shell.input_transformers_cleanup.insert(0, recorder)
    shell.events.register("pre_run_cell", recorder.begin)
    shell.events.register("post_run_cell", recorder.end)
    shell.register_magic_function(recorder.magic, "cell", "record")


def order(line: str) -> Order:
    """Read the line after the magic's name; raises UsageError with a sentence that names what is wrong."""
    name, sites = "", True
    for word in shlex.split(line):
        if word == "--no-sites":
            sites = False
        elif word.startswith("-"):
            raise UsageError(f"{MAGIC} does not know {word!r}; the only option is --no-sites.")
        elif not word.isidentifier():
            raise UsageError(
                f"{MAGIC} stores the recording under a name, and {word!r} is not a name in Python."
            )
        elif name:
            raise UsageError(f"{MAGIC} takes one name, and was given {name!r} and {word!r}.")
        else:
            name = word
    return Order(name, sites)


class CellRecorder:
    """Records the cells of one shell that begin with the magic."""

    def __init__(self, shell):
        self._shell = shell
        self._running: dict[int, tuple] = {}

    def __call__(self, lines: list[str]) -> list[str]:
        """Make a comment of the magic's line; one that asks for nonsense is left for magic() to refuse."""
        first = self._magic_line(lines)
        if first is None or self._ordered("".join(lines)) is None:
            return lines
        return [*lines[:first], "#" + lines[first], *lines[first + 1 :]]

    def begin(self, info) -> None:
        """Begin to record if the cell that is about to run asks for it."""
        from django.core.exceptions import ImproperlyConfigured

        from labapp.probe import record

        wanted = self._ordered(info.raw_cell or "")
        if wanted is None:
            return
        recording = record(wanted.name, sites=wanted.sites)
        try:
            self._running[id(info)] = (wanted, recording, recording.__enter__())
        except ImproperlyConfigured as error:
            print(f"Nothing is recorded: {error}")

    def end(self, result) -> None:
        """Show the recording of the cell that ran, also when the cell failed."""
        wanted, recorder, recording = self._running.pop(id(result.info), (None, None, None))
        if recording is None:
            return
        recorder.__exit__(None, None, None)
        if result.error_before_exec is not None:
            return  # a syntax error: nothing ran
        recording.label = wanted.name or f"In [{result.execution_count}]"
        if wanted.name:
            self._shell.push({wanted.name: recording})
        display(recording)

    def magic(self, line: str, cell: str) -> None:
        """Record the cell and show the recording: %%record [name] [--no-sites]

        With a name the recording is kept under that name. --no-sites leaves out where the queries come from,
        which costs a little less.
        """
        order(line)
        self._shell.run_cell(f"{MAGIC} {line}\n{cell}")

    def _ordered(self, text: str) -> Order | None:
        lines = text.splitlines()
        first = self._magic_line(lines)
        if first is None:
            return None
        try:
            return order(lines[first].strip()[len(MAGIC) :])
        except (UsageError, ValueError):
            return None

    @staticmethod
    def _magic_line(lines: list[str]) -> int | None:
        """The number of the magic's line when it is the first that is not empty."""
        for number, line in enumerate(lines):
            words = line.split()
            if words:
                return number if words[0] == MAGIC else None
        return None
