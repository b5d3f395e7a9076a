"""Labels of notebook cells, in a real IPython shell and in a real kernel."""

import json
import subprocess
import sys
import textwrap

import pytest

SETUP = """
import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME}})
django.setup()
import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
from django.db import connection
from labapp.probe import record
"""
FIRST = """\
def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
"""
SECOND = """\
with record() as recording:

    ask()
"""
REPORT = "import json; print(json.dumps([site.label for site in recording.queries[0].stack]))"


def test_in_an_ipython_shell(tmp_path):
    pytest.importorskip("IPython")
    cells = [f"NAME = {str(tmp_path / 'cells.sqlite3')!r}" + SETUP, FIRST, SECOND, REPORT]
    script = f"""
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        for cell in {cells!r}:
            shell.run_cell(cell, store_history=True).raise_error()
    """
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert json.loads(answer.stdout.splitlines()[-1]) == ["In [2], line 3", "In [3], line 3"]


def test_in_a_kernel(tmp_path):
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = [f"NAME = {str(tmp_path / 'cells.sqlite3')!r}" + SETUP, FIRST, SECOND, REPORT]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=100).execute()
    assert json.loads(notebook.cells[-1].outputs[0].text) == ["In [2], line 3", "In [3], line 3"]
