"""A panel in a real kernel, moved by the messages that a browser sends over its sockets."""

import os
import queue
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60
WIDGET = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """A kernel, the widgets that it has told of, and what it shows."""

    def __init__(self, client):
        self.client = client
        self.states = {}
        self.shown = {}

    def run(self, cell):
        """Run a cell to its end."""
        request = self.client.execute(cell)
        self.until(lambda message: message["header"]["msg_type"] == "status"
                   and message["content"]["execution_state"] == "idle"
                   and message["parent_header"].get("msg_id") == request)

    def send(self, widget, data):
        """What the browser sends for a widget."""
        message = self.client.session.msg("comm_msg", {"comm_id": widget, "data": data})
        self.client.shell_channel.send(message)

    def update(self, widget, **state):
        """A control was moved."""
        self.send(widget, {"method": "update", "state": state, "buffer_paths": []})

    def until(self, condition):
        """Read messages until one fulfils the condition."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            self._take(message)
            if condition(message):
                return
        raise AssertionError("It did not happen.")

    def until_shown(self, words):
        """Read messages until these words stand in some part of the panel."""
        self.until(lambda _: any(words in str(state.get("value", "")) for state in self.states.values()))

    def find(self, **wanted):
        """The id of the widget with these traits."""
        found = [name for name, state in self.states.items() if wanted.items() <= state.items()]
        assert len(found) == 1, f"{len(found)} widgets have {wanted}"
        return found[0]

    def _take(self, message):
        kind, content = message["header"]["msg_type"], message["content"]
        if kind in ("comm_open", "comm_msg"):
            self.states.setdefault(content["comm_id"], {}).update(content["data"].get("state", {}))
        elif kind == "execute_result":
            self.shown = content["data"]
        elif kind == "error":
            raise AssertionError("\n".join(content["traceback"]))


@pytest.fixture(scope="module")
def kernel():
    """A kernel of this environment in which the small Pinsta runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    manager, client = start_new_kernel(env=environment)
    try:
        kernel = Kernel(client)
        kernel.run("import labapp\nlabapp.boot('small', quiet=True)")
        kernel.run("from labapp.experiments.metrics.feed import feed\nfeed.panel(photos=5, budget=0.5)")
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_panel_follows_its_slider(kernel):
    panel = kernel.shown[WIDGET]["model_id"]
    kernel.update(panel, _view_count=1)
    kernel.until_shown("rounds in")
    kernel.update(kernel.find(description="photos on the page"), value=17)
    kernel.until_shown("feed with photos 17")


def test_an_untrusted_notebook_and_a_terminal_get_words(kernel):
    assert "What does one more photo on the page cost?" in kernel.shown["text/plain"]
    assert "What does one more photo on the page cost?" in kernel.shown["text/html"]
