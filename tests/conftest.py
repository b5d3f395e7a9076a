"""What all tests share: Django set up, a seeded Pinsta, and the shop's empty tables."""
# ruff: noqa: E402  (Django is set up before anything imports a model)

import os
import shutil

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

import pytest
from django.apps import apps
from django.db import connection

from labapp import databases
from labapp.pinsta import seeding
from tests.requires import refuse_skip


@pytest.fixture
def pinsta_db(tmp_path):
    """The path of a fresh copy of the small data set, which is "default" in every thread of this test."""
    path = tmp_path / "pinsta.sqlite3"
    seeding.copy(seeding.ensure("small", 1), path)
    yield from _in_use(default=path)


@pytest.fixture(scope="session")
def shop_tables(tmp_path_factory):
    """The path of an SQLite file with the shop's tables, and those of the apps it builds on, all empty."""
    path = tmp_path_factory.mktemp("shop") / "empty.sqlite3"
    with databases.database(path), connection.schema_editor() as editor:
        for app in ("contenttypes", "auth", "sessions", "shop"):
            for model in apps.get_app_config(app).get_models():
                editor.create_model(model)
    return path


@pytest.fixture
def shop_db(tmp_path, shop_tables):
    """Two fresh SQLite files with the shop's tables: "default" and "other"; yields the path of the first."""
    paths = {alias: tmp_path / f"{alias}.sqlite3" for alias in ("default", "other")}
    for path in paths.values():
        shutil.copyfile(shop_tables, path)
    yield from _in_use(**paths)


def _in_use(**paths):
    """Point the aliases at these files in every thread for as long as the test runs."""
    for alias, path in paths.items():
        databases.use(path, alias)
    try:
        yield paths["default"]
    finally:
        for alias in paths:
            databases.use(None, alias)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return refuse_skip((yield))
