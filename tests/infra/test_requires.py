"""A missing part skips a test by its name; with CI=true no test is skipped but for a version."""

import os
import subprocess
import sys

import pytest

from tests import requires
from tests.infra.repository import ROOT

TESTS = """
import pytest
from tests import requires

def test_part(monkeypatch):
    monkeypatch.setitem(requires.PARTS, "teapot", requires.Part("teapot", lambda: None, "tea"))
    requires.needs("teapot")

def test_import():
    pytest.importorskip("no_such_module")

def test_version():
    pytest.skip("needs Django 99.0, this is another")

@pytest.mark.xfail(strict=True)
def test_known():
    assert False
"""
MODULE = "import pytest\npytest.skip('no teapot here', allow_module_level=True)\n"


def outcome(tmp_path, text, ci):
    """The last line that pytest prints about this test file, with or without CI=true, and all of it."""
    path = tmp_path / "test_inner.py"
    path.write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "--color=no",
               "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "--confcutdir", tmp_path, path]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, text=True)
    return run.stdout.splitlines()[-1], run.stdout


def test_a_missing_part_is_skipped_by_name(tmp_path):
    last, output = outcome(tmp_path, TESTS, "")
    assert "3 skipped, 1 xfailed" in last
    assert "teapot is missing (Debian and Ubuntu: apt-get install tea)" in output


def test_with_ci_only_a_version_may_skip(tmp_path):
    last, _ = outcome(tmp_path, TESTS, "true")
    assert "2 failed, 1 skipped, 1 xfailed" in last


def test_a_skipped_module_fails_with_ci(tmp_path):
    assert "1 skipped" in outcome(tmp_path, MODULE, "")[0]
    assert "1 error" in outcome(tmp_path, MODULE, "true")[0]


def test_a_part_that_is_there_is_told(monkeypatch):
    monkeypatch.setitem(requires.PARTS, "teapot", requires.Part("teapot", lambda: "/usr/bin/teapot", "tea"))
    assert requires.needs("teapot") == "/usr/bin/teapot"


def test_an_unknown_part_is_an_error():
    with pytest.raises(KeyError):
        requires.needs("samovar")


def test_the_newest_version_is_taken(tmp_path):
    for version in ("9", "15", "16"):
        (tmp_path / version).mkdir()
    assert requires.newest((str(tmp_path / "*"),)) == str(tmp_path / "16")
