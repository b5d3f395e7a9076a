"""From trails to places that people can read. Runs when a recording is read, never while it records."""

from __future__ import annotations

import hashlib
import linecache
import sys
from itertools import islice
from pathlib import Path
from types import CodeType

from django.template.base import TokenType

from .query import Site
from .trail import ENOUGH, PACKAGE, RENDER, USER, Trail, kinds
from .via import words

BRACKETS = {TokenType.BLOCK: "{{% {} %}}", TokenType.VAR: "{{{{ {} }}}}", TokenType.COMMENT: "{{# {} #}}"}


class Place:
    """What a trail says: the site, the frames further out, the template, the key and the operations."""

    __slots__ = ("key", "site", "stack", "template", "via")

    def __init__(self, site, stack, template, key, via):
        self.site, self.stack, self.template, self.key, self.via = site, stack, template, key, via


class Atlas:
    """Resolves the trails of one recording; equal trails once."""

    def __init__(self) -> None:
        self._places: dict[tuple, Place] = {}
        self._sites: dict[tuple[int, int], Site] = {}

    def place(self, trail: Trail) -> Place:
        """What this trail says. Trails must be kept alive meanwhile: they are told apart by identity."""
        frames, nodes, manager = trail
        identity = tuple(part if type(part) is int else id(part) for part in (*frames, *nodes, manager))
        if identity not in self._places:
            self._places[identity] = self._resolve(trail)
        return self._places[identity]

    def _resolve(self, trail: Trail) -> Place:
        frames, nodes, manager = trail
        steps = steps_of(frames)
        chosen = _collapsed(_users_own(steps))
        via = words(_inner(steps), manager)
        nodes = _without_repeats(nodes)
        pages = [node_site(node) for node in nodes]
        python = [self._site(code, offset) for code, offset in chosen[:ENOUGH]]
        return Place(
            python[0] if python else None,
            python + pages[1:],
            pages[0] if pages else None,
            _key(chosen, pages, via),
            via,
        )

    def _site(self, code: CodeType, offset: int) -> Site:
        identity = (id(code), offset)
        if identity not in self._sites:
            self._sites[identity] = python_site(code, offset)
        return self._sites[identity]


def steps_of(frames: tuple) -> list[tuple[CodeType, int]]:
    """(code, offset) of each frame; the offset of Django's own, which nobody asks for, is 0."""
    steps = []
    for part in frames:
        if type(part) is int:
            steps[-1] = (steps[-1][0], part)
        else:
            steps.append((part, 0))
    return steps


def _users_own(steps: list) -> list:
    """The frames to show: the user's; failing that, those of packages that are not Django."""
    for wanted in (USER, PACKAGE):
        found = [step for step in steps if kinds[step[0].co_filename] == wanted]
        if found:
            return found
    return []


def _inner(steps: list) -> list:
    """The frames between the cursor and the first that is the user's, or the template's."""
    inner = []
    for code, offset in steps:
        if kinds[code.co_filename] == USER or code is RENDER:
            break
        inner.append((code, offset))
    return inner


def _collapsed(steps: list) -> list:
    """Recursion shown once: of neighbours in the same function the innermost."""
    return [step for i, step in enumerate(steps) if i == 0 or step[0] is not steps[i - 1][0]]


def _without_repeats(nodes: tuple) -> list:
    """A template that includes itself shown once."""
    kept = []
    for node in nodes:
        if not any(node is other for other in kept):
            kept.append(node)
    return kept


def _key(steps: list, pages: list[Site], via: list[str]) -> str:
    # Positions, not offsets: Python 3.11 moves the offset of one and the same call once it has specialised it
    parts = [f"{code.co_filename}:{code.co_name}:{_position(code, offset)}" for code, offset in steps]
    parts += [f"{page.file}:{page.line}:{page.text}" for page in pages]
    return hashlib.blake2s("|".join(parts + via).encode(), digest_size=8).hexdigest()


def _position(code: CodeType, offset: int) -> tuple:
    """First and last line, first and last column of an instruction."""
    return next(islice(code.co_positions(), offset // 2, None), (None,) * 4)


def python_site(code: CodeType, offset: int) -> Site:
    """The place of one instruction."""
    line, _, column, _ = _position(code, offset)
    line = line or code.co_firstlineno
    text = linecache.getline(code.co_filename, line).strip()
    return Site(code.co_filename, line, column, code.co_qualname, text, label(code.co_filename, line))


def label(file: str, line: int) -> str:
    """What to show for a place: "views.py:31", "In [7], line 3"."""
    cell = cell_label(file)
    return f"{cell}, line {line}" if cell else f"{Path(file).name}:{line}"


def cell_label(file: str) -> str | None:
    """The cell, as in "In [7]", when this is the file of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    number = getattr(getattr(shell, "compile", None), "_filename_map", {}).get(file)
    return None if number is None else f"In [{number}]"


def node_site(node) -> Site:
    """The place of a template node: the tag in its template."""
    origin, token = getattr(node, "origin", None), node.token
    name = getattr(origin, "template_name", None) or getattr(origin, "name", None) or "template"
    line = token.lineno if token else 1
    text = BRACKETS.get(token.token_type, "{}").format(token.contents) if token else ""
    return Site(str(getattr(origin, "name", name)), line, None, type(node).__name__, text, f"{name}:{line}")
