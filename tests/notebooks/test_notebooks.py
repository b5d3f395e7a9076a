"""Each notebook in a real kernel, twice: as a reader opens it, and with every exercise solved.

The solutions are those in the notebooks, so both the checks and what is said to solve them are tested.
"""

import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from labapp.experiments import progress
from tests.infra.repository import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIMIT = 300  # seconds for one cell
LONGEST = 12  # lines of a code cell
WITHOUT_POSTGRESQL = """
from labapp.services import postgresql, programs
programs.find = postgresql.find = lambda: None
"""
WITHOUT_SERVERS = """
from labapp.services import browser, memcached, redis, varnish
redis.find = memcached.find = varnish.find = browser.find = lambda: None
"""

WITHOUT_BROKERS = """
from labapp.services import rabbitmq, redis
redis.find = rabbitmq.find = lambda: None
"""


def tagged(notebook, tag):
    """The cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def read(path):
    return nbformat.read(path, as_version=4)


WITH_EXERCISES = [path for path in NOTEBOOKS if tagged(read(path), "exercise")]


def solved(notebook):
    """Each exercise replaced by the solution that follows it."""
    exercises, solutions = tagged(notebook, "exercise"), tagged(notebook, "solution")
    for exercise, solution in zip(exercises, solutions, strict=True):
        exercise.source = solution.source.replace("solved_", "my_")
    return notebook


def run(notebook, kept, monkeypatch):
    """Run it in a kernel of its own; an error in any cell fails the test. The notebook, with outputs."""
    monkeypatch.setenv(progress.HOME, str(kept))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    client = NotebookClient(
        notebook, timeout=LIMIT, kernel_name="python3", resources={"metadata": {"path": ROOT / "notebooks"}}
    )
    return client.execute(env=dict(os.environ))


def text(cell):
    """What a cell shows, as text."""
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.timeout(600)
def test_as_it_is_every_check_says_not_yet_and_no_cell_fails(path, tmp_path, monkeypatch):
    notebook = run(read(path), tmp_path / "progress.json", monkeypatch)
    for cell in tagged(notebook, "check"):
        assert "Not yet." in text(cell), cell.source
        assert "✗" in text(cell)


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
@pytest.mark.timeout(600)
def test_with_its_solutions_every_check_passes(path, tmp_path, monkeypatch):
    notebook = run(solved(read(path)), tmp_path / "progress.json", monkeypatch)
    for cell in tagged(notebook, "check"):
        assert "Solved." in text(cell), text(cell)


@pytest.mark.timeout(600)
def test_without_postgresql_the_notebook_of_databases_runs_on_sqlite_and_says_so(tmp_path, monkeypatch):
    path = next(path for path in NOTEBOOKS if path.stem == "05_database_optimization")
    notebook = solved(read(path))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[0].source = WITHOUT_POSTGRESQL + code[0].source
    notebook = run(notebook, tmp_path / "progress.json", monkeypatch)
    said = "\n".join(text(cell) for cell in code)
    assert "What depends on the database runs on SQLite. PostgreSQL comes with" in said
    assert "Tried on SQLite" in said
    for cell in tagged(notebook, "check"):
        assert "Solved." in text(cell), text(cell)


@pytest.mark.timeout(600)
def test_without_cache_servers_edge_and_browser_the_notebook_of_caching_has_all_its_exercises(
    tmp_path, monkeypatch
):
    path = next(path for path in NOTEBOOKS if path.stem == "02_caching")
    notebook = solved(read(path))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[0].source = WITHOUT_SERVERS + code[0].source
    notebook = run(notebook, tmp_path / "progress.json", monkeypatch)
    said = "\n".join(text(cell) for cell in code)
    for name in ("Redis", "Memcached", "Varnish", "Chromium"):
        assert f"{name:12} is missing. {name} comes with" in said
    for cell in tagged(notebook, "check"):
        assert "Solved." in text(cell), text(cell)


@pytest.mark.timeout(600)
def test_without_brokers_the_exercises_of_notebook_03_are_all_there(tmp_path, monkeypatch):
    path = next(path for path in NOTEBOOKS if path.stem == "03_perceived_performance")
    notebook = solved(read(path))
    checks, exercises = (tagged(notebook, tag) for tag in ("check", "exercise"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[0].source = WITHOUT_BROKERS + code[0].source
    notebook.cells = [each for each in code if each in (*code[:3], *checks, *exercises)]
    notebook = run(notebook, tmp_path / "progress.json", monkeypatch)
    said = [text(cell) for cell in notebook.cells]
    assert "Redis            is missing. Redis comes with" in said[2]
    assert any("Tried with real traffic" in each and "on files;" in each for each in said)
    for cell in tagged(notebook, "check"):
        assert "Solved." in text(cell), text(cell)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_and_solutions_are_collapsed(path):
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LONGEST, cell.source
    for cell in tagged(notebook, "solution"):
        assert cell.metadata.jupyter.source_hidden
    counts = {tag: len(tagged(notebook, tag)) for tag in ("exercise", "check", "hint", "solution")}
    assert len(set(counts.values())) == 1, counts


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_hint_is_only_given_on_request(path):
    for cell in tagged(read(path), "hint"):
        assert all(line.startswith("#") for line in cell.source.splitlines())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_holds_no_measured_figures_and_keeps_the_voice(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```|`[^`]*`|(?<!\*)\*[^*]+\*(?!\*)", "", cell.source, flags=re.DOTALL)
            assert not re.search(r"\d+(\.\d+)?\s*(×|µs|times (as|faster|slower)|queries\b)", prose), prose
            assert not re.search(r"(?<!\[)!(?!\[)|\b(simply|just|obviously|easy|easily)\b", prose), prose
