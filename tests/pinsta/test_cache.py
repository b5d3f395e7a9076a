"""The folder of finished data sets: whatever happens while one is made, no damaged one is ever used."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.test import override_settings

from labapp.pinsta import seeding
from labapp.pinsta.seeding import cache
from labapp.pinsta.seeding.errors import SeedingError

ROOT = Path(__file__).parent.parent.parent

# A process that seeds into the folder it is given. When it has written rows it says so and waits for a line.
SEEDER = """
import sys, django
from django.conf import settings
settings.CACHE_DIR = sys.argv[1]
django.setup()
from labapp.pinsta import seeding

def wait(done, total):
    global wait
    print("writing", flush=True)
    sys.stdin.readline()
    wait = lambda done, total: None

say = lambda sentence: print(sentence, flush=True)
try:
    print(seeding.ensure("small", 7, lambda *rows: wait(*rows), say).name)
except seeding.SeedingError as error:
    print("SeedingError:", error)
"""


def seeder(folder, **options):
    """A child process that runs SEEDER."""
    return subprocess.Popen(
        [sys.executable, "-c", SEEDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "labapp.settings"},
        **options,
    )


@pytest.fixture
def folder(tmp_path):
    """An empty folder for finished data sets, with a space in its name."""
    folder = tmp_path / "the cache"
    folder.mkdir()
    with override_settings(CACHE_DIR=folder):
        yield folder


@pytest.fixture
def said():
    return []


def is_sound(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_it_is_made_once(folder, said):
    path = seeding.ensure("small", 7, say=said.append)
    made = path.stat()
    assert seeding.ensure("small", 7, say=said.append) == path
    assert path.stat().st_ino == made.st_ino
    assert os.listdir(folder) == [path.name] and said == [] and is_sound(path)


def test_the_same_bytes_every_time(folder):
    path = seeding.ensure("small", 7)
    first = path.read_bytes()
    path.unlink()
    assert seeding.ensure("small", 7).read_bytes() == first


def test_progress_is_told_up_to_the_last_row(folder):
    told = []
    seeding.ensure("small", 7, lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1] == (3_000, 3_000)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    path.write_bytes(b"")


def other_text(path):
    path.write_text("this is not a database")


def overwrite(path):
    with open(path, "rb+") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"x" * 5_000)


def write_rows(path):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM pinsta_like")


@pytest.mark.parametrize("damage", [cut, empty, other_text, overwrite, write_rows])
def test_a_damaged_file_is_noticed_and_made_anew(folder, said, damage):
    path = seeding.ensure("small", 7)
    whole = path.read_bytes()
    damage(path)
    assert seeding.ensure("small", 7, say=said.append) == path
    assert path.read_bytes() == whole
    assert said == [f"{path.name} is damaged or has been changed; it is made anew."]


def test_a_changed_migration_or_word_list_means_another_file(folder, tmp_path):
    before = cache.schema_digest()
    words = tmp_path / "words"
    shutil.copytree(cache.word_folder(), words)
    with override_settings(DATA_DIR=tmp_path):
        cache.schema_digest.cache_clear()
        assert cache.schema_digest() == before
        (words / "things.txt").write_text("another list")
        cache.schema_digest.cache_clear()
        assert cache.schema_digest() != before
    cache.schema_digest.cache_clear()
    assert cache.schema_digest() == before


def test_killed_while_seeding(folder, said):
    with seeder(folder) as child:
        assert child.stdout.readline() == "writing\n"
        (partial,) = folder.iterdir()
        child.kill()
    assert partial.suffix == ".partial" and partial.stat().st_size > 0
    seeding.ensure("small", 8)  # another file: what the killed one left is swept all the same
    assert not partial.exists()
    path = seeding.ensure("small", 7, say=said.append)
    assert is_sound(path) and said == []


def test_interrupted_while_seeding(folder):
    with seeder(folder) as child:
        assert child.stdout.readline() == "writing\n"
        child.send_signal(signal.SIGINT)
        child.wait()
    assert child.returncode != 0
    assert list(folder.iterdir()) == []


def test_two_at_once_do_not_harm_each_other(folder):
    with seeder(folder) as first, seeder(folder) as second:
        lines = {}
        # Whichever comes first writes and waits for a line; the other says that it waits for the first.
        for child in (first, second):
            lines[child] = child.stdout.readline()
        writing = [child for child in lines if lines[child] == "writing\n"]
        waiting = [child for child in lines if lines[child].startswith("Another process is making")]
        assert len(writing) == len(waiting) == 1
        assert writing[0].communicate("\n")[0] == waiting[0].communicate()[0]
    (path,) = folder.iterdir()
    assert is_sound(path)


def test_a_killed_writer_lets_the_waiting_one_go_on(folder):
    with seeder(folder) as first:
        assert first.stdout.readline() == "writing\n"
        with seeder(folder) as second:
            assert second.stdout.readline().startswith("Another process is making")
            first.kill()
            assert second.stdout.readline() == "writing\n"
            second.communicate("\n")
    (path,) = folder.iterdir()
    assert is_sound(path)


def test_a_limit_on_file_size_while_writing(folder):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    with seeder(folder, preexec_fn=limit) as child:
        out, _ = child.communicate("\n")
    assert "SeedingError: Seeding 'small' needs about 0.7 MB in " in out
    assert out.endswith("free some space or choose a smaller scale.\n")
    assert list(folder.iterdir()) == []


def can_mount():
    """Whether this machine lets us make small disks."""
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return shutil.which("unshare") and subprocess.run(command, capture_output=True).returncode == 0


if can_mount():

    @pytest.fixture
    def disk(tmp_path):
        """A disk of one megabyte."""
        place = tmp_path / "disk"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
        try:
            with override_settings(CACHE_DIR=place):
                yield place
        finally:
            subprocess.run(["umount", place], check=True)

    def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(disk):
        with pytest.raises(SeedingError, match=r"^Seeding 'workshop' needs about 5\.4 MB in .* 1\.0 MB: "):
            seeding.ensure("workshop", 7)
        assert list(disk.iterdir()) == []

    def test_a_disk_that_fills_up_while_seeding(disk, tmp_path):
        def fill(done, total):
            try:
                (disk / "other").write_bytes(b"x" * 1_000_000)
            except OSError:
                pass

        with pytest.raises(
            SeedingError, match=r"^Seeding 'small' needs about 0\.7 MB .* room for 0\.[0-3] MB"
        ):
            seeding.ensure("small", 7, fill)
        assert [file.name for file in disk.iterdir()] == ["other"]

    def test_no_room_for_a_copy(disk, tmp_path):
        with override_settings(CACHE_DIR=tmp_path):
            path = seeding.ensure("small", 7)
        (disk / "other").write_bytes(b"x" * 800_000)
        with pytest.raises(SeedingError, match=r"^A copy of the data needs about 0\.5 MB"):
            seeding.copy(path, disk / "copy.sqlite3")
        assert [file.name for file in disk.iterdir()] == ["other"]


def test_a_copy_is_the_same_and_ones_own(folder, tmp_path):
    path = seeding.ensure("small", 7)
    target = tmp_path / "a copy.sqlite3"
    seeding.copy(path, target)
    assert target.read_bytes() == path.read_bytes() and seeding.rows(target) == 3_000
    write_rows(target)
    assert cache.is_whole(path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with override_settings(CACHE_DIR=tmp_path / "file" / "cache"):
        with pytest.raises(SeedingError, match="^Seeding 'small' in .* did not work: "):
            seeding.ensure("small", 7)
