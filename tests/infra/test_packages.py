"""Debian packages for the tests: installed where that needs no asking, else named."""

import subprocess

import pytest

from tests import requires
from tests.infra.repository import script

TEAPOT = requires.Part("teapot", lambda: None, "tea")


@pytest.fixture
def packages(monkeypatch):
    """packages.py on a machine where the teapot is missing; ``packages.ran`` holds what it runs."""
    module = script("packages")
    module.there = []
    module.ran = []

    def run(command, **options):
        module.ran.append(command)
        if "install" in command:
            module.there.append("teapot")
        return subprocess.CompletedProcess(command, 0, stdout="")

    monkeypatch.setattr(module, "PARTS", {"teapot": TEAPOT})
    monkeypatch.setattr(module, "missing", lambda: [] if module.there else [TEAPOT])
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setenv("CI", "")
    return module


def test_root_installs_after_an_update(packages, monkeypatch):
    monkeypatch.setattr(packages.os, "geteuid", lambda: 0)
    assert packages.main() == 0
    assert [command[-1] for command in packages.ran] == ["update", "tea"]
    assert packages.ran[0][0] == "env"


def test_a_sudo_that_asks_nothing_is_used(packages, monkeypatch):
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    assert packages.main() == 0
    assert packages.ran[1][:2] == ["/usr/bin/sudo", "-n"]


def test_without_the_right_the_missing_part_is_named(packages, monkeypatch, capsys):
    monkeypatch.setattr(packages, "may_become_root", lambda: None)
    assert packages.main() == 0
    said = capsys.readouterr().out
    assert "Missing: teapot." in said and "sudo apt-get install tea" in said
    assert packages.ran == []


def test_with_ci_a_missing_part_is_an_error(packages, monkeypatch):
    monkeypatch.setattr(packages, "may_become_root", lambda: None)
    monkeypatch.setenv("CI", "true")
    assert packages.main() == 1


def test_nothing_is_done_where_nothing_is_missing(packages):
    packages.there.append("teapot")
    assert packages.main() == 0 and packages.ran == []
