"""The repository as the tests of this folder read it."""

from __future__ import annotations

import ast
import importlib.util
import os
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {".venv", ".nox", ".git", ".jupyter", "build", "cache", "__pycache__", ".ipynb_checkpoints"}


@cache
def files(*suffixes: str, under: str = ".") -> list[Path]:
    """The repository's own files with one of these suffixes, sorted; what is generated is left out."""
    found = []
    for path in (ROOT / under).rglob("*"):
        inside = path.relative_to(ROOT).parts
        if path.suffix in suffixes and not GENERATED & set(inside) and path.is_file():
            found.append(path)
    return sorted(found)


def name(path: Path) -> str:
    """A path as one reads it in a test's answer."""
    return str(path.relative_to(ROOT))


def syntax(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of everything that a file of labapp/ imports, relative imports resolved."""
    package = path.relative_to(ROOT).parent.parts
    found = []
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[:len(package) - node.level + 1]) if node.level else []
            base += (node.module or "").split(".") if node.module else []
            found += [(node.lineno, ".".join([*base, alias.name])) for alias in node.names]
    return found


def outside_environment() -> dict[str, str]:
    """The environment of a program that knows nothing of this suite: no settings, no flags of make."""
    ours = ("DJANGO_", "MAKE", "MFLAGS")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def script(stem: str) -> ModuleType:
    """One of the programs in scripts/, imported anew."""
    spec = importlib.util.spec_from_file_location(stem, ROOT / "scripts" / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
