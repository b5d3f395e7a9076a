"""What repo2docker, which Binder runs, makes of the folder binder/."""

import os
import re
import subprocess
import sys

import pytest

from tests.infra.repository import ROOT
from tests.requires import PARTS


@pytest.fixture(scope="module")
def dockerfile():
    """The Dockerfile that repo2docker writes for this repository, with Binder's user; needs no docker."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id", "1000",
               "--user-name", "jovyan", str(ROOT)]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return run.stdout


def place(dockerfile, line):
    """Where a line is; a failing test names the line."""
    assert line in dockerfile
    return dockerfile.index(line)


def test_python_is_the_version_asked_for(dockerfile):
    assert "Building conda environment for python=3.11" in dockerfile


def test_requirements_are_installed_from_the_whole_repository_and_by_the_user(dockerfile):
    install = place(dockerfile, 'pip install --no-cache-dir -r "binder/requirements.txt"')
    assert place(dockerfile, "COPY --chown=1000:1000 src/ ${REPO_DIR}/") < install
    users = re.findall(r"^USER (.+)$", dockerfile[:install], re.MULTILINE)
    assert users[-1] == "${NB_USER}"


def test_binder_installs_what_the_lab_installs():
    assert (ROOT / "binder" / "requirements.txt").read_text().split("\n")[0] == "-r ../requirements.txt"


def test_ipykernel_7_0_is_excluded():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if line.startswith("ipykernel") and "!=7.0.*" in line]


def test_debian_packages_are_installed(dockerfile):
    packages = (ROOT / "binder" / "apt.txt").read_text().split()
    assert packages
    place(dockerfile, "apt-get install --yes --no-install-recommends " + " ".join(packages))


def test_the_tests_need_the_packages_of_binder_and_what_is_too_large_for_it():
    packages = (ROOT / "binder" / "apt.txt").read_text().split()
    assert {part.package for part in PARTS.values()} == {*packages, "chromium", "rabbitmq-server"}


def test_the_lab_runs_as_a_user_who_is_not_root(dockerfile):
    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE)[-1] == "${NB_USER}"


def test_database_and_workspace_are_made_while_the_image_is_built(dockerfile):
    place(dockerfile, "RUN ./binder/postBuild")
    script = (ROOT / "binder" / "postBuild").read_text()
    assert "manage.py seed --scale workshop" in script and "scripts/workspace.py" in script


def test_start_runs_and_hands_over(dockerfile, tmp_path):
    place(dockerfile, 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"')
    command = ["sh", "-c", 'echo "$JUPYTERLAB_WORKSPACES_DIR $0 $1"', "a", "b c"]
    run = subprocess.run([ROOT / "binder" / "start", *command], cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout == f"{tmp_path}/.jupyter/workspaces a b c\n"


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_can_be_executed(name):
    assert os.access(ROOT / "binder" / name, os.X_OK)
