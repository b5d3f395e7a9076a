"""Where a statement comes from, written down in about a microsecond.

A trail is the flat tuple (code, offset, code, offset, ...) of the frames from the cursor outward. It is
made on every statement, so it neither hashes code objects (their hash costs five microseconds) nor looks
anything up but file names. sites.py reads it later.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import asgiref
import django
from django.template.base import Node
from django.template.loader_tags import IncludeNode

from .scope import Scope

# What a file is, to someone who looks for the caller.
LIBRARY, USER, PACKAGE, QUERYSET, BRIDGE, HANDLER = range(6)

ENOUGH = 4  # frames of the user's own
DEEPEST = 400  # frames of any kind

DJANGO = str(Path(django.__file__).parent) + "/"
ASGIREF = str(Path(asgiref.__file__).parent) + "/"
LABAPP = str(Path(__file__).parents[1]) + "/"
LESSONS = (LABAPP + "pinsta/", LABAPP + "experiments/metrics/")  # code to look at, though it is ours
STDLIB = tuple({sysconfig.get_path(name) + "/" for name in ("stdlib", "platstdlib")})
PACKAGES = ("/site-packages/", "/dist-packages/")
RENDER = Node.render_annotated.__code__
INCLUDE = IncludeNode.render.__code__

kinds: dict[str, int] = {}


class Trail(NamedTuple):
    """``frames`` from the innermost outward; ``nodes`` the template node and the includes around it."""

    frames: tuple
    nodes: tuple = ()
    manager: bool = False  # the query set was made by a related manager or descriptor


NOWHERE = Trail(())


def classify(file: str) -> int:
    """What this file is; remembered by name."""
    kind = kinds[file] = _classify(file)
    return kind


def _classify(file: str) -> int:
    if file.startswith(DJANGO):
        special = {"db/models/query.py": QUERYSET, "core/handlers/base.py": HANDLER}
        return special.get(file[len(DJANGO) :], LIBRARY)
    if file.startswith(ASGIREF):
        return BRIDGE if file.endswith("/sync.py") else LIBRARY
    if file.startswith("<frozen "):
        return LIBRARY
    if file.startswith(LABAPP):
        return USER if file.startswith(LESSONS) else LIBRARY
    if any(part in file for part in PACKAGES):
        return PACKAGE
    if file.startswith(STDLIB):
        bridges = ("/asyncio/events.py", "/concurrent/futures/thread.py")
        return BRIDGE if file.endswith(bridges) else LIBRARY
    return USER


def caller(scope: Scope, depth: int) -> Trail:
    """The trail from ``depth`` frames above the caller of this function."""
    recorders = scope.recorders
    boundary = recorders[0].boundary if recorders else None
    walk = _walk_template if scope.rendering else _walk
    return walk(sys._getframe(depth + 1), boundary, scope.origin)


def _walk(frame: FrameType | None, boundary: FrameType | None, origin: tuple) -> Trail:
    found = 0
    last = None
    manager = None
    frames = []
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        kind = kinds.get(file)
        if kind is None:
            kind = classify(file)
        frames += (code, frame.f_lasti)
        if frame is boundary:
            return Trail(tuple(frames), (), manager)
        if kind:
            if kind == USER:
                if code is not last:  # recursion counts once
                    last = code
                    found += 1
                    if found == ENOUGH:
                        return Trail(tuple(frames), (), manager)
            elif kind == QUERYSET:
                if manager is None:
                    manager = _hinted(frame)
            elif kind == BRIDGE:
                if code.co_name in ("thread_handler", "_run", "_worker"):
                    break
            elif kind == HANDLER and found:
                return Trail(tuple(frames), (), manager)
        frame = frame.f_back
    return Trail((*frames, *origin), (), manager)


def _walk_template(frame: FrameType | None, boundary: FrameType | None, origin: tuple) -> Trail:
    """The same while a template is rendered: goes on to the top of the template, and notes its nodes."""
    found = 0
    last = None
    manager = None
    frames = []
    nodes = []
    while frame is not None and len(frames) < DEEPEST * 2:
        code = frame.f_code
        file = code.co_filename
        kind = kinds.get(file)
        if kind is None:
            kind = classify(file)
        frames += (code, frame.f_lasti)
        if frame is boundary:
            return Trail(tuple(frames), tuple(nodes), manager)
        if kind:
            if kind == USER:
                if code is not last:
                    last = code
                    found += 1
            elif kind == QUERYSET:
                if manager is None:
                    manager = _hinted(frame)
            elif kind == BRIDGE:
                if code.co_name in ("thread_handler", "_run", "_worker"):
                    break
            elif kind == HANDLER and found:
                return Trail(tuple(frames), tuple(nodes), manager)
        elif code is RENDER:
            if not nodes:
                nodes.append(frame.f_locals["self"])
        elif code is INCLUDE and nodes:
            nodes.append(frame.f_locals["self"])
        frame = frame.f_back
    return Trail((*frames, *origin), tuple(nodes), manager)


def _hinted(frame: FrameType) -> bool:
    """Whether the query set of this frame belongs to an instance: related managers leave it a hint."""
    owner = frame.f_locals.get("self")
    queryset = getattr(owner, "queryset", owner)
    return "instance" in getattr(queryset, "_hints", ())
