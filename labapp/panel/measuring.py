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
        self._newest = None
        self._lock = threading.Lock()  # callbacks come on several threads

    @property
    def busy(self):
        """Whether the newest job is running or waiting."""
        return self._newest is not None

    def begin(self, work):
        """Ask for ``work(stop)``; what this panel asked for before is superseded."""
        with self._lock:
            self._newest = None  # what is replaced below is not the newest any more
            self._newest = job = worker.submit(self, work)
        job.future.add_done_callback(lambda future: self._over(job, future))

    def stop(self):
        """End what runs, by force if it must be."""
        job = self._newest
        if job is not None:
            worker.stop(job)

    def _over(self, job, future):
        newest = self._newest is job
        if newest:
            self._newest = None
        try:
            future.result()
        except (CancelledError, Superseded):
            why = "Stopped." if newest else ""
        except Stopped as stopped:
            why = str(stopped)
        except BaseException as error:  # noqa: BLE001 - whatever it is, people must see it
            self._failed(error)
            return
        else:
            why = ""
        if newest:
            self._ended(why)
