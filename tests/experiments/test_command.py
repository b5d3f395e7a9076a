"""``manage.py experiment``: what the declaration says, on the command line; run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def command(*words):
    """manage.py experiment with these words: (exit code, stdout, stderr)."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "experiment", *words, "--scale", "small"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100,
    )
    return done.returncode, done.stdout, done.stderr


def test_an_experiment_runs_with_its_own_options_and_saves(tmp_path):
    target = tmp_path / "feed.json"
    code, out, err = command("feed", "--photos", "7", "--comments=0", "--budget", "0", "--save", str(target))
    assert code == 0, err
    assert "photos = 7, comments = 0" in out
    assert "naive" in out and "select_related" in out
    assert "Pinsta on SQLite" in err
    assert json.loads(target.read_text())["settings"]["photos"] == 7


def test_without_a_name_all_experiments_are_listed():
    code, out, err = command()
    assert code == 0, err
    assert "feed" in out and "--photos --comments --database --round-trip" in out


def test_growth_prints_the_law():
    code, out, err = command("feed", "--grow", "photos", "--comments", "0", "--budget", "0")
    assert code == 0, err
    assert "n" in out


def test_what_cannot_be_set_is_one_sentence():
    for words, sentence in [
        (["feed", "--photos", "500"], "photos must be a whole number from 1 to 200, and 500 is not."),
        (["feed", "--photos", "many"], "photos must be a whole number from 1 to 200, and 'many' is not."),
        (["feed", "--fotos", "5"], "feed has no parameter 'fotos'; it has photos, comments, database"),
        (["fed"], "There is no experiment 'fed'; there are"),
        (["feed", "--database", "Oracle"], "database must be one of 'SQLite'"),
    ]:
        code, out, err = command(*words)
        assert code == 1
        assert f"CommandError: {sentence}" in err
        assert "Traceback" not in err
