"""The Python that the documentation shows is run: each page from top to bottom, in a process of its own."""

import subprocess
import sys

import pytest

from tests.infra.repository import ROOT, outside_environment

# What a page takes for granted: a project that is set up, and a client whose user is logged in.
RUN = '''
import re, sys, unittest
import labapp
labapp.boot("small", quiet=True)
from django.contrib.auth import get_user_model
from django.test import Client, TestCase
from django.test.utils import setup_test_environment
setup_test_environment()
client = Client()
client.force_login(get_user_model().objects.get(username="ana"))
names = {"client": client, "__name__": "page"}
blocks = re.findall(r"^```python\\n(.*?)^```$", open(sys.argv[1]).read(), re.DOTALL | re.MULTILINE)
for number, block in enumerate(blocks, 1):
    # A file of its own, so that a variant's source can be shown.
    path = f"{sys.argv[2]}/block_{number}.py"
    open(path, "w").write(block)
    exec(compile(block, path, "exec"), names)
tests = unittest.TestSuite(
    unittest.defaultTestLoader.loadTestsFromTestCase(each) for each in names.values()
    if isinstance(each, type) and issubclass(each, TestCase) and each is not TestCase)
outcome = unittest.TextTestRunner(stream=sys.stdout).run(tests)
print(len(blocks), "blocks,", len(outcome.failures), "tests failed,", len(outcome.errors), "errors")
'''


# Pinsta's front page, written as sites are, is above the budget: the test that is shown has to fail on it.
@pytest.mark.parametrize(("page", "expected"), [
    ("README.md", "3 blocks, 1 tests failed, 0 errors"),
    ("docs/probe.md", "5 blocks, 1 tests failed, 0 errors"),
    ("CONTRIBUTING.md", "3 blocks, 0 tests failed, 0 errors"),
])
def test_python_of_the_documentation_runs(page, expected, tmp_path):
    command = [sys.executable, "-c", RUN, ROOT / page, tmp_path]
    run = subprocess.run(command, cwd=ROOT, env=outside_environment(), capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert expected in run.stdout
