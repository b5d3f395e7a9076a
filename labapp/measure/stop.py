"""How a measurement ends early: a stop button, or a newer setting."""

import time


class Stopped(BaseException):
    """Raised in the worker when a measurement ends early.

    Not an ``Exception``, so that a variant's own ``except Exception`` does not swallow it.
    """


class Superseded(Stopped):
    """A newer setting is waiting."""


class Stop:
    """The flag that a measurement looks at before each statement and between its runs.

    ``patience`` is how long (seconds) after its start a run may go on although a newer setting
    waits: short runs finish, so that a slow drag shows the values in between. ``interrupters``
    are called when a stop is asked for and no statement comes: they end a query in the database.
    """

    def __init__(self, patience=0.15, clock=time.monotonic):
        self._clock = clock
        self._patience = patience
        self._until = clock() + patience
        self.stopped = False
        self.superseded = False
        self.interrupters = []

    def begin(self):
        """The work begins now: patience counts from here."""
        self._until = self._clock() + self._patience

    def hurry(self):
        """From here on a newer setting is not kept waiting."""
        self._until = self._clock()

    def check(self):
        """Raise if the measurement should end at this statement."""
        if self.stopped:
            raise Stopped("Stopped.")
        if self.superseded and self._clock() >= self._until:
            raise Superseded("A newer setting is being measured.")

    def interrupt(self):
        """End what the database is doing for this measurement."""
        for interrupter in list(self.interrupters):
            interrupter()
