"""What each value of a statement is for: compared with which column, by which operator, in which list.

The rules that tell a loop from a batch ask such questions of parameters and of values written into the text
alike.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

from labapp.probe.fingerprint import split

_TOKENS = re.compile(
    r"""(?P<name>"(?:[^"]|"")*" | `[^`]*`)
      | (?P<comment>--[^\n]* | /\*.*?\*/)
      | (?P<hole>%s | %\((?P<key>\w+)\)s)
      | (?P<literal>\?)
      | (?P<word>[A-Za-z_][\w$]*)
      | (?P<operator><=|>=|<>|!=|=|<|>)
      | (?P<mark>[(),])""",
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = {
    "SELECT",
    "FROM",
    "WHERE",
    "SET",
    "VALUES",
    "LIMIT",
    "OFFSET",
    "ORDER",
    "GROUP",
    "HAVING",
    "ON",
    "RETURNING",
    "UNNEST",
}
_WORD_OPERATORS = {"IN", "LIKE", "ILIKE", "BETWEEN", "IS", "GLOB", "REGEXP"}
_BREAKS = {"AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "END", "CASE", "ESCAPE"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of a statement: `column operator value`.

    `clause` is the word that began the part of the statement ("WHERE", "LIMIT", …); `list` numbers the
    brackets it stands in; `key` names a parameter given by name; `literal` says that the value was written
    into the text.
    """

    column: str
    operator: str
    clause: str
    list: int
    literal: bool
    key: str | None = None

    @property
    def is_range(self) -> bool:
        return self.operator in ("<", ">", "<=", ">=")


@dataclass(slots=True)
class _Level:
    number: int = 0
    column: str = ""
    operator: str = ""
    clause: str = ""
    between: bool = False


def slots(sql: str) -> tuple[Slot, ...]:
    """Return one Slot for each placeholder and each literal of the statement, in the order of the text."""
    return _slots(split(sql)[0])


def values(sql: str, params) -> list[tuple[Slot, object]]:
    """Return the slots with their values; a list given as one value, as in `= ANY(%s)`, becomes several."""
    literals = iter(split(sql)[1])
    given = iter(params) if isinstance(params, (list, tuple)) else iter(())
    found = []
    for slot in slots(sql):
        if slot.literal:
            found.append((slot, _literal(next(literals, ""))))
            continue
        value = params.get(slot.key) if isinstance(params, dict) else next(given, None)
        if isinstance(value, list) and slot.clause != "UNNEST":
            found.extend((slot, one) for one in value)
        else:
            found.append((slot, value))
    return found


def _literal(text: str):
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


@lru_cache(maxsize=4096)
def _slots(skeleton: str) -> tuple[Slot, ...]:
    found: list[Slot] = []
    levels = [_Level()]
    opened = 0
    for token in _TOKENS.finditer(skeleton):
        kind, text, level = token.lastgroup, token.group(), levels[-1]
        if kind == "mark":
            if text == "(":
                opened += 1
                levels.append(_Level(opened, level.column, level.operator, level.clause))
            elif text == ")":
                if len(levels) > 1:
                    inner = levels.pop()
                    if not levels[-1].operator:
                        levels[-1].column = inner.column or levels[-1].column
            elif level.number == 0 or level.clause == "SET":
                level.column = level.operator = ""
        elif kind == "operator":
            level.operator = text
        elif kind == "name":
            _name(level, text.strip('"`'))
        elif kind == "word":
            _word(level, text)
        elif kind in ("hole", "key", "literal"):
            found.append(
                Slot(
                    level.column,
                    level.operator,
                    level.clause,
                    level.number,
                    kind == "literal",
                    token.group("key"),
                )
            )
    return _with_choices(found)


def _with_choices(found: list[Slot]) -> tuple[Slot, ...]:
    """`(id = 1 OR id = 2)` is how Django writes some IN lists."""
    alike = Counter(
        (slot.list, slot.column)
        for slot in found
        if slot.list and slot.clause == "WHERE" and slot.operator == "="
    )
    return tuple(
        replace(slot, operator="IN") if slot.operator == "=" and alike[slot.list, slot.column] > 1 else slot
        for slot in found
    )


def _name(level: _Level, name: str) -> None:
    if not level.operator:
        level.column = name


def _word(level: _Level, word: str) -> None:
    upper = word.upper()
    if upper in _CLAUSES:
        level.clause = upper
        level.column = level.operator = ""
    elif upper in _WORD_OPERATORS:
        level.between = upper == "BETWEEN"
        level.operator = ">=" if level.between else upper
    elif upper == "ANY":
        level.operator = "IN"
    elif upper == "AND" and level.between:
        level.operator, level.between = "<=", False
    elif upper in _BREAKS:
        if upper != "NOT":
            level.column = level.operator = ""
    else:
        _name(level, word)
