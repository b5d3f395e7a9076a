"""A front end without a browser: it gets the kernel's messages, and sends what a browser would send."""

import threading

from comm.base_comm import BaseComm

PATIENCE = 30  # seconds until a test gives up; what is waited for takes a fraction of one


class FrontEnd:
    """The widgets' states as a browser knows them, from comm messages alone."""

    def __init__(self):
        self.states = {}
        self.closed = set()
        self.messages = []
        self._news = threading.Condition()

    def create_comm(self, **options):
        """Stands in for ``comm.create_comm``."""
        return _Comm(self, **options)

    def receive(self, comm_id, kind, data):
        """A message from the kernel."""
        with self._news:
            self.messages.append((comm_id, kind, data or {}))
            if kind == "comm_close":
                self.closed.add(comm_id)
            else:
                self.states.setdefault(comm_id, {}).update((data or {}).get("state", {}))
            self._news.notify_all()

    def update(self, widget, **state):
        """What the browser sends when someone moves a control."""
        self._send(widget, {"method": "update", "state": state, "buffer_paths": []})

    def click(self, button):
        """What the browser sends when someone presses a button."""
        self._send(button, {"method": "custom", "content": {"event": "click"}})

    def look(self, panel):
        """What the browser sends when the panel has come on the screen."""
        self.update(panel, _view_count=1)

    def text(self, live):
        """What stands in a live part."""
        return self.states[live.widget.comm.comm_id].get("value", "")

    def wait(self, condition):
        """Until ``condition()`` holds; looked at after each message from the kernel."""
        with self._news:
            if not self._news.wait_for(condition, PATIENCE):
                raise AssertionError("It did not happen.")

    def wait_text(self, live, words):
        """Until these words stand in a live part."""
        try:
            self.wait(lambda: words in self.text(live))
        except AssertionError:
            raise AssertionError(f"{words!r} is not in {self.text(live)!r}") from None

    def _send(self, widget, data):
        """From a thread of its own, as messages arrive on a subshell's thread."""
        message = {"content": {"data": data}, "buffers": []}
        thread = threading.Thread(target=widget.comm.handle_msg, args=(message,), name="subshell-test")
        thread.start()
        thread.join()


class _Comm(BaseComm):
    def __init__(self, front_end, **options):
        self._front_end = front_end
        super().__init__(**options)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        self._front_end.receive(self.comm_id, msg_type, data)
