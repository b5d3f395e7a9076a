"""The distribution: a wheel has everything that is not Python too, and its metadata agree with the pins."""

import itertools
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.infra.repository import ROOT, files, imports

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy, as a ZipFile."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "labapp", source / "labapp", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", folder, source], check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_has_every_file_of_labapp(wheel):
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "labapp").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}
    assert ours - set(wheel.namelist()) == set()


def test_the_wheel_has_nothing_beside_labapp(wheel):
    assert {name.split("/")[0] for name in wheel.namelist()} == {"labapp", "django_scale_lab-0.4.0.dist-info"}


def test_the_wheel_carries_its_licence(wheel):
    (licence,) = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
    assert wheel.read(licence).decode() == (ROOT / "LICENSE").read_text()
    assert "Redistribution and use in source and binary forms" in (ROOT / "LICENSE").read_text()


def pins():
    """{name in lower case: what requirements.txt says}, for the lab."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {re.match(r"[\w.-]+", line)[0].lower(): line for line in lines if line and line[0] not in "#-"}


def test_everything_that_the_package_depends_on_is_pinned():
    needed = {re.match(r"[\w.-]+", line)[0].lower() for line in PROJECT["dependencies"]}
    assert needed <= set(pins())


def test_pins_let_compatible_releases_in():
    assert all("~=" in line or (">=" in line and "<" in line) for line in pins().values())
    assert (ROOT / "requirements.txt").read_text().splitlines()[-1] == "-e ."


def test_the_version_is_said_in_the_changelog():
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_what_labapp_imports_is_declared():
    underscored = "django_extensions", "django_tasks", "django_tasks_db"
    names = {"PIL": "pillow", **{name: name.replace("_", "-") for name in underscored}}
    own = {"labapp", *sys.stdlib_module_names}
    # These two are used where they are there; the others come with Django, ipykernel, Locust and Celery.
    found = {"psycopg2", "debug_toolbar"}
    brought = {"asgiref", "sqlparse", "ipython", "traitlets", "gevent", "geventhttpclient", "kombu", "amqp"}
    lines = itertools.chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    declared = {re.match(r"[\w.-]+", line)[0].lower() for line in lines}
    used = {what.split(".")[0] for path in files(".py", under="labapp") for _, what in imports(path)} - own
    assert {names.get(module, module).lower() for module in used} - found - brought - declared == set()
