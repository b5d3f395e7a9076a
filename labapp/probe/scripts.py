"""How many statements a call of the driver sends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


class Counted:
    """Parameter sets on their way into executemany(): counts those that the driver took, keeps the first."""

    def __init__(self, sets: Iterable):
        self._sets = sets
        self.count = 0
        self.first = None

    def __iter__(self):
        for params in self._sets:
            if not self.count:
                self.first = params
            self.count += 1
            yield params

    def __len__(self):
        return len(self._sets)


def statements_in(script: str) -> int:
    """The statements of an SQLite script."""
    count, pending = 0, ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            count += bool(_code(pending))
            pending = ""
    return count


def _code(statement: str) -> str:
    """The statement without comments and blanks."""
    lines = (line.partition("--")[0] for line in statement.splitlines())
    return "".join(lines).strip(" \t;")
