"""A process's own copies: private while it lives, gone afterwards, also when it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OWNER = """
import sys, django
django.setup()
from labapp.copies import private_copy
print(private_copy("small"), flush=True)
print(private_copy("small"), flush=True)
sys.stdin.readline()
"""


def owner(folder):
    """A child process that has two copies in this temporary folder until it is sent a line."""
    return subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "labapp.settings", "TMPDIR": str(folder)},
    )


@pytest.fixture
def folder(tmp_path):
    """A temporary folder with a space in its name."""
    folder = tmp_path / "temporary files"
    folder.mkdir()
    return folder


def test_they_are_private_and_go_with_the_process(folder):
    with owner(folder) as child:
        paths = [Path(child.stdout.readline().strip()) for _ in range(2)]
        assert paths[0] != paths[1] and all(path.stat().st_size > 400_000 for path in paths)
        assert [path.name for path in folder.iterdir()] == [paths[0].parent.name]
        assert paths[0].parent.stat().st_mode & 0o777 == 0o700
        child.communicate("\n")
    assert list(folder.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_has_is_not(folder):
    with owner(folder) as killed, owner(folder) as living:
        gone, there = (Path(child.stdout.readline().strip()).parent for child in (killed, living))
        killed.kill()
        killed.wait()
        assert gone.exists()
        with owner(folder) as sweeper:
            own = Path(sweeper.stdout.readline().strip()).parent
            assert set(folder.iterdir()) == {there, own}
            sweeper.communicate("\n")
        living.communicate("\n")
    assert list(folder.iterdir()) == []


def test_folders_of_others_are_left_alone(folder):
    (folder / "labapp-notes").mkdir()
    (folder / "labapp-notes" / "text").write_text("mine")
    with owner(folder) as child:
        child.communicate("\n")
    assert (folder / "labapp-notes" / "text").read_text() == "mine"
