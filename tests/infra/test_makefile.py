"""The commands: the Makefile's targets, those that the documentation names, and what .ci/run calls."""

import os
import re
import subprocess

import pytest

from tests.infra.repository import ROOT, files, name, outside_environment

TARGETS = set("help lab test lint bench notebooks versions binder-link docs strip clean".split())


def make(*arguments):
    """What make prints."""
    options = {"cwd": ROOT, "env": outside_environment(), "text": True, "check": True}
    return subprocess.run(["make", *arguments], stdout=subprocess.PIPE, **options).stdout


def test_help_lists_every_target():
    listed = set(re.findall(r"^  make ([a-z-]+) ", make("help"), re.MULTILINE))
    assert listed == TARGETS


def test_help_is_the_default():
    assert make() == make("help")


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_target_can_be_planned_and_its_scripts_are_there(target):
    plan = make("-n", target)
    scripts = set(re.findall(r"scripts/[\w.]+", plan))
    assert not [script for script in scripts if not (ROOT / script).exists()]


def test_no_target_is_taken_for_a_folder_of_the_same_name():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert set(phony.split()) >= TARGETS


def test_the_documentation_names_only_targets_that_exist():
    unknown = []
    for path in files(".md", ".ipynb"):
        named = re.findall(r"(?:`|\$ |^|\")make ([a-z-]+)", path.read_text(), re.MULTILINE)
        unknown += [f"{name(path)}: make {target}" for target in named if target not in TARGETS]
    assert not unknown


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make lab" in readme and "make test" in readme


def test_continuous_integration_calls_make_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    lines = script.read_text().splitlines()
    assert [line for line in lines if not line.startswith(("#", "set ", "cd "))] == ["exec make test"]
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("path", files(".sh", under="scripts"), ids=name)
def test_shell_scripts_parse_and_can_be_executed(path):
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
    subprocess.run([shell, "-n", path], check=True)
    assert os.access(path, os.X_OK)
