import datetime
import platform
import sqlite3
import subprocess
import sys

import django

from labapp.measure.environment import environment


def test_it_says_where(shop_db):
    where = environment()
    assert where["python"].endswith(platform.python_version())
    assert where["django"] == django.get_version()
    assert where["database"] == f"SQLite {sqlite3.sqlite_version}"
    assert where["cores"] >= 1
    assert platform.machine() in where["machine"]
    assert platform.node() not in where["machine"] or not platform.node()
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(where["date"])
    assert abs(age) < datetime.timedelta(minutes=5)


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()


def test_without_a_django_project():
    assert run("from labapp.measure import environment; print(environment()['database'])") == ["none"]


def test_nothing_heavy_is_loaded():
    heavy = "{'django', 'numpy', 'pandas', 'matplotlib', 'IPython'}"
    assert run(f"import sys, labapp.measure; print(*{heavy} & set(sys.modules))") == []
