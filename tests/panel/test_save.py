"""Keeping what the panel shows."""

import pytest

from labapp.measure import Result
from tests.panel.test_panel import measured


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The notebook's folder."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(("index", "ending"), [(0, "html"), (1, "csv"), (2, "json")])
def test_saved_into_the_notebooks_folder_and_says_where(authors, opened, front_end, folder, index, ending):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    front_end.update(panel._actions.form, index=index)
    front_end.click(panel._actions.save)
    path, = folder.glob(f"authors-*.{ending}")
    front_end.wait_text(panel._picture.state, f"Saved as {path}")
    assert "one_by_one" in path.read_text(encoding="utf-8")


def test_never_over_an_older_file(authors, opened, front_end, folder):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    front_end.update(panel._actions.form, index=2)
    for _ in range(2):
        front_end.click(panel._actions.save)
    first, second = folder.glob("authors-*.json")
    assert Result.load(first)["joined"].queries == Result.load(second)["joined"].queries == 1


def test_nothing_to_save_is_said(authors, opened, front_end, folder):
    panel = opened(authors)
    front_end.click(panel._actions.save)
    front_end.wait_text(panel._picture.state, "Nothing is saved: there is no finished measurement yet.")
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_is_said(authors, opened, front_end, folder, monkeypatch):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    monkeypatch.setattr("labapp.panel.save.Path.cwd", lambda: folder / "gone")
    front_end.click(panel._actions.save)
    front_end.wait_text(panel._picture.state, "gone")
    assert 'role="alert"' in front_end.text(panel._picture.state)
