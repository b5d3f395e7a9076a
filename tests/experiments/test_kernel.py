"""An experiment in real kernels: interrupted in mid-measurement, several kernels at once."""

from contextlib import contextmanager

import pytest
from jupyter_client.manager import start_new_kernel

LIMIT = 60  # seconds after which a dead kernel fails the test

BEGIN = """
import labapp
labapp.boot("small", quiet=True)
from labapp.experiments.metrics import feed
"""


@contextmanager
def kernel():
    """A kernel with the lab booted, as a notebook has it: ``run(code)`` gives (text printed, error)."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


class Kernel:
    def __init__(self, manager, client):
        self.manager, self.client = manager, client
        self.run(BEGIN)

    def run(self, code, meanwhile=None):
        """Run a cell; ``meanwhile(text)`` is called for each piece of text that it prints."""
        printed, error = [], None
        request = self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=LIMIT)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                printed.append(content["text"])
                if meanwhile:
                    meanwhile(content["text"])
            elif kind == "error":
                error = content["ename"]
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(printed), error


def test_an_interrupt_ends_the_measurement_and_the_next_one_is_right():
    with kernel() as notebook:
        endless = """
@feed.variant
def mine(photos):
    print("measuring", flush=True)
    while True:
        pass

feed.run(budget_ms=100)
"""
        interrupted = []

        def interrupt(text):
            if not interrupted:
                interrupted.append(text)
                notebook.manager.interrupt_kernel()

        _, error = notebook.run(endless, meanwhile=interrupt)
        assert error == "KeyboardInterrupt"
        text, error = notebook.run('feed.forget("mine"); print(feed.run(budget_ms=0)["raw SQL"].queries)')
        assert (text.strip().splitlines()[-1], error) == ("2", None)


def test_two_notebooks_at_once_do_not_meet():
    empty = "from labapp.pinsta.models import Photo; print(Photo.objects.all().delete()[0] > 0)"
    rows = "print(feed.run(budget_ms=0, photos=10)['naive'].rows)"
    with kernel() as one, kernel() as two:
        assert one.run(empty) == ("True\n", None)
        assert one.run(rows) == ("0\n", None)
        assert int(two.run(rows)[0]) > 10


@pytest.mark.parametrize(("code", "error", "words"), [
    ("feed.run(photos=0)", "BadSetting", "photos must be a whole number from 1 to 200"),
    ("feed.run(database='Oracle')", "BadSetting", "database must be one of 'SQLite'"),
    ("labapp.boot('huge')", "BootError", "huge"),
    ("labapp.experiments.get('fed')", "UnknownExperiment", "There is no experiment 'fed'"),
])
def test_what_cannot_be_is_said_and_the_notebook_goes_on(shared, code, error, words):
    tried = f"try:\n    {code}\nexcept Exception as error:\n    print(type(error).__name__, error)"
    said, _ = shared.run(tried)
    assert said.startswith(error) and words in said
    assert shared.run("print(feed.run(budget_ms=0, photos=3)['naive'].same)") == ("True\n", None)


@pytest.fixture(scope="module")
def shared():
    with kernel() as notebook:
        yield notebook


def test_booting_twice_is_said_and_changes_nothing(shared):
    shared.run("before = labapp.boot('small', quiet=True).path")
    text, error = shared.run("print(labapp.boot('small').path == before)")
    assert error is None
    assert "Already running" in text and text.endswith("True\n")


def test_experiments_before_boot_say_what_to_do():
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        reply = client.execute_interactive(
            "from labapp.experiments.metrics import feed", timeout=LIMIT, output_hook=lambda message: None
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["ename"] == "NotBooted"
    assert "run labapp.boot() first" in reply["content"]["evalue"]
