"""Finding a Python, and installing once, whole or not at all."""

import os
import subprocess
import sys

import pytest

from tests.infra.repository import ROOT, script

FAKE = """#!/bin/sh
# Answers as a Python of another version would.
case "$2" in
    *version_info\\[:2\\]*) echo "{version}" ;;
    *"< (3, 11)"*) exit {old} ;;
    *ensurepip*) exit {no_venv} ;;
esac
"""


def fake_python(folder, name, version, *, old=0, no_venv=0):
    """A program in ``folder`` that says it is this Python."""
    path = folder / name
    path.write_text(FAKE.format(version=version, old=old, no_venv=no_venv))
    path.chmod(0o755)
    return path


def find_python(folder, **environment):
    """python.sh with only ``folder`` on the PATH."""
    return subprocess.run(["/bin/sh", ROOT / "scripts" / "python.sh"], capture_output=True, text=True,
                          env={"PATH": str(folder), **environment})


@pytest.fixture
def folder(tmp_path):
    """An empty folder for programs, with a space in its name, and the one program that python.sh calls."""
    folder = tmp_path / "a b"
    folder.mkdir()
    (folder / "id").symlink_to("/usr/bin/id")
    return folder


def test_the_newest_python_is_taken(folder):
    fake_python(folder, "python3", "3.11")
    best = fake_python(folder, "python3.12", "3.12")
    assert find_python(folder).stdout == f"{best}\n"


def test_a_name_that_does_not_run_is_passed_over(folder):
    (folder / "python3.13").write_text("#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n")
    (folder / "python3.13").chmod(0o755)
    good = fake_python(folder, "python3.11", "3.11")
    assert find_python(folder).stdout == f"{good}\n"


def test_python_can_be_named(folder):
    fake_python(folder, "python3.13", "3.13")
    mine = fake_python(folder, "mine", "3.11")
    assert find_python(folder, PYTHON=str(mine)).stdout == f"{mine}\n"


def test_too_old_a_python_is_named_with_a_way_out(folder):
    old = fake_python(folder, "python3", "3.9", old=1)
    run = find_python(folder)
    assert run.returncode == 1 and run.stdout == ""
    assert f"needs Python 3.11 or newer and found only 3.9 at {old}" in run.stderr
    assert "PYTHON=/path/to/python3" in run.stderr and run.stderr.count("\n") == 1


def test_missing_venv_names_the_debian_package(folder):
    fake_python(folder, "python3", "3.12", no_venv=1)
    run = find_python(folder)
    assert run.returncode == 1
    assert "sudo apt-get install python3.12-venv" in run.stderr and run.stderr.count("\n") == 1


def test_no_python_at_all(folder):
    run = find_python(folder)
    assert run.returncode == 1
    assert "found none on the PATH" in run.stderr and run.stderr.count("\n") == 1


@pytest.fixture
def install(tmp_path, monkeypatch):
    """install.py, working in a folder of its own with a real virtual environment in it."""
    module = script("install")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    for name in ("requirements.txt", "requirements-test.txt", "pyproject.toml"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "environment_works", lambda: True)
    return module


def calls(module, monkeypatch, outcome):
    """Put ``outcome`` (a status or an exception) in the place of pip; returns the list of its calls."""
    made = []

    def pip(kind):
        made.append(kind)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(module, "pip_install", pip)
    return made


def test_the_second_call_does_nothing(install, monkeypatch, capsys):
    made = calls(install, monkeypatch, 0)
    assert install.main(["lab"]) == 0
    capsys.readouterr()
    assert install.main(["lab"]) == 0
    assert made == ["lab"] and capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_requirement_installs_again(install, monkeypatch, name):
    made = calls(install, monkeypatch, 0)
    install.main(["lab"])
    (install.ROOT / name).write_text("changed")
    install.main(["lab"])
    assert made == ["lab", "lab"]


def test_a_change_for_the_tests_leaves_the_lab_alone(install, monkeypatch):
    made = calls(install, monkeypatch, 0)
    install.main(["lab", "test"])
    (install.ROOT / "requirements-test.txt").write_text("changed")
    install.main(["lab", "test"])
    assert made == ["lab", "test", "test"]


@pytest.mark.parametrize(("outcome", "status"), [(KeyboardInterrupt(), 130), (1, 1)])
def test_what_did_not_end_well_is_done_again(install, monkeypatch, outcome, status):
    calls(install, monkeypatch, 0)
    install.main(["lab"])
    (install.ROOT / "requirements.txt").write_text("changed")
    calls(install, monkeypatch, outcome)
    assert install.main(["lab"]) == status
    assert not (install.VENV / "installed-lab").exists()
    made = calls(install, monkeypatch, 0)
    assert install.main(["lab"]) == 0 and made == ["lab"]


def test_pip_that_fails_shows_what_it_said(install, monkeypatch, capfd):
    fake = install.ROOT / "python"
    fake.write_text("#!/bin/sh\necho 'No matching distribution found for nothing-of-the-kind'\nexit 1\n")
    os.chmod(fake, 0o755)
    monkeypatch.setattr(install, "PYTHON", fake)
    assert install.pip_install("lab") == 1
    assert "No matching distribution found for nothing-of-the-kind" in capfd.readouterr().err


def test_an_unknown_kind_is_refused(install, capsys):
    assert install.main(["everything"]) == 2
    assert "takes lab or test, not everything" in capsys.readouterr().err
