"""Where a statement comes from, written down in about a microsecond.

A trail holds the code objects of the frames from the cursor outward, each followed by its offset unless it
is a library's. It is made on every statement, so it neither hashes code objects (their hash costs five
microseconds) nor looks anything up but file names. sites.py reads it later.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from types import FrameType

import asgiref
import django
from django.template.base import Node
from django.template.loader_tags import IncludeNode

from .scope import Scope

# What a file is, to someone who looks for the caller.
LIBRARY, USER, PACKAGE, QUERYSET, TEMPLATE, BRIDGE, HANDLER = range(7)
SPECIAL = {
    "db/models/query.py": QUERYSET,
    "template/base.py": TEMPLATE,
    "template/loader_tags.py": TEMPLATE,
    "core/handlers/base.py": HANDLER,
}
BRIDGES = (
    "thread_handler",
    "_run",
    "_worker",
)  # of asgiref, the event loop, executors: another stack goes on

ENOUGH = 4  # frames of the user's own
DEEPEST = range(400)  # frames of any kind
MANY = 10  # local variables, from where on looking at one takes too long (before Python 3.13 all are copied)

DJANGO = str(Path(django.__file__).parent) + "/"
ASGIREF = str(Path(asgiref.__file__).parent) + "/"
LABAPP = str(Path(__file__).parents[1]) + "/"
# Code to look at, though it is ours.
LESSONS = tuple(
    LABAPP + each
    for each in ("pinsta/", "experiments/metrics/", "experiments/optimization/", "experiments/perceived/")
)
STDLIB = tuple(
    {
        sysconfig.get_path("stdlib") + "/",
        sysconfig.get_path("platstdlib") + "/",
        str(Path(os.__file__).parent) + "/",
    }
)
PACKAGES = ("/site-packages/", "/dist-packages/")
RENDER = Node.render_annotated.__code__
INCLUDE = IncludeNode.render.__code__


# (frames, nodes, manager): frames from the innermost outward; the template node and the includes around it;
# whether a related manager or a descriptor made the query set. Plain, as one is made for every statement.
Trail = tuple[tuple, tuple, bool | None]
NOWHERE: Trail = ((), (), None)


class Kinds(dict):
    """What each file is, found out when it is first met."""

    def __missing__(self, file: str) -> int:
        kind = self[file] = _classify(file)
        return kind


kinds = Kinds()


def _classify(file: str) -> int:
    if file.startswith(DJANGO):
        return SPECIAL.get(file[len(DJANGO) :], LIBRARY)
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
    """The trail from ``depth`` frames above the caller of this function.

    Ends at the fourth frame of the user, at the frame that records, or where another stack goes on; while a
    template is rendered not before its top.
    """
    boundary = scope.recorders[0].boundary if scope.recorders else None
    enough = 0 if scope.rendering else ENOUGH
    frame = sys._getframe(depth + 1)
    frames, nodes, manager = [], (), None
    append = frames.append
    found, last = 0, None
    for _ in DEEPEST:
        code = frame.f_code
        append(code)
        kind = kinds[code.co_filename]
        if frame is boundary:
            append(frame.f_lasti)
            return tuple(frames), nodes, manager
        if kind:
            append(frame.f_lasti)
            if kind == USER:
                if code is not last:  # recursion counts once
                    last = code
                    found += 1
                    if found == enough:
                        return tuple(frames), nodes, manager
            elif kind == QUERYSET:
                if manager is None and code.co_nlocals < MANY:
                    manager = _hinted(frame)
            elif kind == TEMPLATE:
                if code is INCLUDE and nodes or code is RENDER and not nodes:
                    nodes += (frame.f_locals["self"],)
            elif kind == BRIDGE:
                if code.co_name in BRIDGES:
                    break
            elif kind == HANDLER and found:
                return tuple(frames), nodes, manager
        frame = frame.f_back
        if frame is None:
            break
    return (*frames, *scope.origin), nodes, manager


def _hinted(frame: FrameType) -> bool:
    """Whether the query set of this frame belongs to an instance: related managers leave it a hint."""
    owner = frame.f_locals.get("self")
    queryset = getattr(owner, "queryset", owner)
    return "instance" in getattr(queryset, "_hints", ())
