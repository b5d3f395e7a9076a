"""What a sync takes, beside the words on durability."""

from pathlib import Path

from django.db import connection

from labapp.experiments.homes import POSTGRESQL, SQLITE, here
from labapp.experiments.perceived import write_cost_disk as disk
from labapp.experiments.perceived.write_cost import write_cost
from labapp.experiments.world import world
from tests.experiments.both import database  # noqa: F401


def test_a_sync_takes_time_and_leaves_nothing(tmp_path):
    assert disk.sync_ms(tmp_path) > 0
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_nothing_is_said(tmp_path, monkeypatch):
    assert disk.sync_ms(tmp_path / "gone") is None
    monkeypatch.setitem(disk._syncs, SQLITE, None)
    assert disk.said(SQLITE) == ""


def test_what_is_too_fast_for_a_disk_is_doubted(monkeypatch):
    monkeypatch.setattr(disk, "_syncs", {SQLITE: 0.0003, POSTGRESQL: 1.234})
    doubt = "too little for a disk: the folder may lie in memory"
    assert disk.said(SQLITE) == f"a sync of 4 kB in its folder takes 0.0003 ms, measured, {doubt}"
    assert disk.said(POSTGRESQL) == "a sync of 4 kB in its folder takes 1.2 ms, measured"


def test_it_is_measured_where_the_database_is(database, monkeypatch):
    folders = []
    monkeypatch.setattr(disk, "sync_ms", lambda folder: folders.append(folder) or 0.5)
    settings = write_cost.check({"database": database, "durability": "relaxed"})
    with world(write_cost, settings):
        home = here()
        expected = home.server.folder if home.server else folder_of_the_file()
    assert folders == [expected] and expected.is_dir()
    words = write_cost.conditions["durability"].words_for(settings)
    assert words.endswith("; a sync of 4 kB in its folder takes 0.5 ms, measured")


def folder_of_the_file():
    """The folder of the file that the connection at hand has opened, as SQLite says it."""
    with connection.cursor() as cursor:
        return Path(cursor.execute("PRAGMA database_list").fetchone()[2]).parent
