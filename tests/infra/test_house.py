"""The rules of the house, read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.infra.repository import ROOT, files, imports, name, syntax

FLOORS = {"probe": 1, "pinsta": 1, "services": 1, "measure": 2, "experiments": 3, "panel": 4}
ALLOWED_ADDRESSES = ("http://www.w3.org/", "http://127.0.0.1", "http://localhost")


def upward(room: str, imported: str) -> bool:
    """Whether a file of ``room`` may not import this: a higher floor, or a neighbour on the first."""
    parts = imported.split(".")
    if parts[0] != "labapp" or len(parts) < 2:
        return False
    if parts[1] not in FLOORS:
        return parts[1] in {"boot", "magics"}
    if parts[1] == room:
        return False
    return FLOORS[parts[1]] > FLOORS[room] or FLOORS[parts[1]] == FLOORS[room] == 1


def test_imports_go_down_only():
    wrong = []
    for path in files(".py", under="labapp"):
        room = path.relative_to(ROOT).parts[1]
        if room in FLOORS:
            wrong += [f"{name(path)}:{line} {what}" for line, what in imports(path) if upward(room, what)]
    assert not wrong


@pytest.mark.parametrize(("room", "imported", "wrong"), [
    ("probe", "labapp.measure.fit", True),
    ("probe", "labapp.pinsta.models", True),
    ("probe", "labapp.probe.query", False),
    ("measure", "labapp.probe.record", False),
    ("measure", "labapp.experiments", True),
    ("experiments", "labapp.boot", True),
    ("panel", "labapp.experiments.registry", False),
    ("panel", "django.db", False),
])
def test_what_counts_as_upward(room, imported, wrong):
    assert upward(room, imported) is wrong


def test_no_file_is_long():
    long = {name(path): len(path.read_text().splitlines()) for path in files(".py")}
    assert not {path: lines for path, lines in long.items() if lines > 400}


def test_no_function_is_long():
    long = []
    for path in files(".py"):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > 60:
                    long.append(f"{name(path)}:{node.lineno} {node.name}: {lines} lines")
    assert not long


def test_labapp_says_what_its_public_functions_give():
    silent = []
    for path in files(".py", under="labapp"):
        # Pinsta reads like any Django project; a command says what it does in its help.
        if {"migrations", "pinsta", "commands"} & set(path.parts):
            continue
        for node in syntax(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                if ast.get_docstring(node) is None:
                    silent.append(f"{name(path)}:{node.lineno} {node.name}")
    assert not silent


def test_importing_labapp_loads_nothing_heavy():
    heavy = "{'django', 'pandas', 'numpy', 'matplotlib', 'ipywidgets', 'IPython'}"
    code = f"import sys, labapp; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_library_code_never_imports_pyplot():
    users = [name(path) for path in files(".py", under="labapp")
             if any("pyplot" in what for _, what in imports(path))]
    assert not users


def test_pages_and_panels_fetch_nothing_from_outside():
    fetched = re.compile(r"(?:src|href|@import|url\(|fetch\()\W{0,3}(https?://[^\s\"'<>)]+)")
    outside = []
    for path in files(".html", ".js", ".css", ".svg", ".py", under="labapp"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for address in fetched.findall(line):
                if not address.startswith(ALLOWED_ADDRESSES):
                    outside.append(f"{name(path)}:{number} {address}")
    assert not outside


def test_every_package_has_its_init():
    folders = {path.parent for path in files(".py", under="labapp")}
    assert not [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
