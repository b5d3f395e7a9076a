"""HTML that changes while people look at it: set at most ten times a second, and only when it differs."""

import threading
import time

from ipywidgets import HTML

PAUSE = 0.1  # seconds between two updates of one part: nobody reads faster


class Live:
    """One ``widgets.HTML`` that may be shown new text at any rate; the last text always arrives."""

    def __init__(self, text="", *, pause=PAUSE, clock=time.monotonic, timer=threading.Timer):
        self.widget = HTML(text)
        self._pause = pause
        self._clock = clock
        self._timer = timer
        self._lock = threading.Lock()
        self._due = 0.0
        self._waiting = None

    def show(self, text, at_once=False):
        """Show this text now, or as soon as the pause since the last change is over."""
        with self._lock:
            wait = self._due - self._clock()
            if at_once or wait <= 0:
                self._waiting = None
                self._put(text)
            elif self._waiting is None:
                self._waiting = text
                self._later(wait)
            else:
                self._waiting = text

    @property
    def text(self):
        """What was shown last, on screen already or about to be."""
        return self.widget.value if self._waiting is None else self._waiting

    def _later(self, seconds):
        timer = self._timer(seconds, self._arrive)
        timer.daemon = True
        timer.start()

    def _arrive(self):
        with self._lock:
            if self._waiting is not None:
                text, self._waiting = self._waiting, None
                self._put(text)

    def _put(self, text):
        if text != self.widget.value:
            self.widget.value = text
            self._due = self._clock() + self._pause
