"""What a panel asks of the worker, and what comes back. The panel's callbacks only note what is wanted."""

import threading
from concurrent.futures import CancelledError

from labapp.measure.stop import Stopped, Superseded
from labapp.measure.worker import worker


class Measuring:
    """The work of one panel: at most one job runs or waits, the newest.

    When the newest is over, ``ended(why)`` is called in the worker's thread ("" or why it was stopped),
    or ``failed(error)``.
    """

    def __init__(self, failed, ended):
        self._failed = failed
        self._ended = ended
        self._job = None
        self._newest = self._over = 0  # jobs are numbered
        self._asking = threading.Lock()  # callbacks come on several threads

    @property
    def busy(self):
        """Whether the newest job is running or waiting."""
        return self._over < self._newest

    def begin(self, work):
        """Ask for ``work(stop)``; what this panel asked for before is superseded."""
        with self._asking:
            self._newest = number = self._newest + 1
            self._job = job = worker.submit(self, work)
        job.future.add_done_callback(lambda future: self._settle(number, future))

    def stop(self):
        """End what runs, by force if it must be."""
        with self._asking:
            job = self._job
        if self.busy:
            worker.stop(job)

    def _settle(self, number, future):
        """A job is over. No lock: this may be called while the worker holds its own."""
        self._over = max(self._over, number)
        newest = number == self._newest
        try:
            future.result()
        except (CancelledError, Superseded):
            why = "Stopped."
        except Stopped as stopped:
            why = str(stopped) or "Stopped."  # by force it comes without words
        except BaseException as error:  # noqa: BLE001 - whatever it is, people must see it
            self._failed(error)
            return
        else:
            why = ""
        if newest:
            self._ended(why)
