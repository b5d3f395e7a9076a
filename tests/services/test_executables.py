"""Which program is taken, and whether it runs."""

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from labapp.services import executable, folders, memcached, users
from labapp.services.guarded import Guarded
from tests.requires import needs


@pytest.fixture
def place(monkeypatch):
    """A folder that everybody may enter, alone on PATH."""
    with tempfile.TemporaryDirectory(prefix="programs-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setenv("PATH", folder)
        monkeypatch.setattr(executable, "PLACES", ())
        yield Path(folder)


def put(folder, script, name="teapot"):
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_program_says_its_version(place):
    path = put(place, "echo teapot 7.1.2-debian")
    assert executable.find("teapot") == executable.Program(path, "7.1.2", "the machine's own")


def test_some_say_it_where_errors_are_said_and_are_asked_in_their_own_way(place):
    put(place, '[ "$1" = -V ] && echo "teapot-8.2 revision 12" >&2')
    assert executable.find("teapot", asking="-V").version == "8.2"
    assert executable.find("teapot") is None


@pytest.mark.parametrize("script", ["exit 1", "echo 7.1; exit 1", "echo no version"])
def test_what_does_not_run_is_passed_over(place, script):
    put(place, script)
    assert executable.find("teapot") is None


def test_what_may_not_be_run_is_passed_over(place):
    put(place, "echo 7.1").chmod(0o644)
    assert executable.find("teapot") is None


def test_path_comes_before_the_usual_places(place, monkeypatch):
    put(place / "usual", "echo 1.0")
    monkeypatch.setattr(executable, "PLACES", (str(place / "usual"),))
    assert executable.find("teapot").version == "1.0"
    put(place, "echo 2.0")
    assert executable.find("teapot").version == "2.0"


def test_what_was_installed_meanwhile_is_found(place):
    assert executable.find("teapot") is None
    put(place, "echo 1.0")
    assert executable.find("teapot").version == "1.0"


def test_a_package_is_the_last_resort(place, monkeypatch):
    found = SimpleNamespace(submodule_search_locations=[str(place / "pot")])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found if name == "pot" else None)
    put(place / "pot" / "bin", "echo 1.0")
    program = executable.find("teapot", package="pot")
    assert (program.version, program.origin) == ("1.0", "the package pot")
    put(place, "echo 2.0")
    assert executable.find("teapot", package="pot").origin == "the machine's own"


def test_what_a_package_put_into_this_environment_is_not_the_machines(place, monkeypatch):
    put(place / "bin", "echo 1.0")
    monkeypatch.setattr(sys, "prefix", str(place))
    monkeypatch.setenv("PATH", str(place / "bin"))
    assert executable.find("teapot") is None


@pytest.fixture
def real():
    """The machine's own Memcached."""
    return needs("memcached")


def test_a_program_in_a_folder_that_the_servers_user_may_not_enter_is_copied(real, place, monkeypatch):
    hidden = place / "hidden"
    hidden.mkdir(mode=0o700)
    shutil.copy(real, hidden)
    monkeypatch.setenv("PATH", str(hidden))
    found = memcached.find()
    assert found.copied == (users.plain_user() is not None)
    server = memcached.Server()
    try:
        assert server.alive and (server.folder / "memcached").exists() == found.copied
    finally:
        server.stop()


def test_a_server_gets_the_environment_that_was_asked_for_and_a_bare_path():
    guarded = Guarded(folders.make("Environment", users.plain_user(), 1))
    try:
        assert guarded.run(["/usr/bin/env"], "said", {"MINE": "two words", "LANG": "de"}) == 0
        said = (guarded.folder.path / "said").read_text().splitlines()
    finally:
        guarded.stop()
    assert sorted(said) == ["LANG=de", "LC_ALL=C", "MINE=two words", f"PATH={os.defpath}"]


def test_where_we_are_the_user_it_runs_as_ourselves():
    guarded = Guarded(folders.make("Ourselves", None, 1))
    try:
        assert guarded.run(["/usr/bin/id", "-u"], "said") == 0
        assert (guarded.folder.path / "said").read_text() == f"{os.geteuid()}\n"
    finally:
        guarded.stop()
