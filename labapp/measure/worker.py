"""The one thread in which measurements run.

Widget callbacks arrive on several threads and Django's connections are per thread, so whoever
asks, the work is done here. Each source (a panel, a cell) has at most one job waiting: the
newest. This is the only module of ours that knows about threads.
"""

import contextvars
import ctypes
import threading
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError

from labapp.measure.stop import Stop, Stopped


class Job:
    """Work for the worker: ``work(stop)``; its outcome is in ``future``."""

    def __init__(self, source, work):
        self.source = source
        self.work = work
        self.stop = Stop()
        self.future = Future()

    def run(self):
        """Do the work here and now; whatever comes of it goes into the future."""
        self.stop.begin()
        try:
            self.stop.check()
            outcome = self.future.set_result, self.work(self.stop)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits, whatever it is
            outcome = self.future.set_exception, error
        self._settle(*outcome)

    def abandon(self):
        """Say that it was left behind; what it returns later is dropped."""
        self._settle(
            self.future.set_exception,
            Stopped("It does not let itself be stopped. It was left behind; new work runs without it."),
        )

    def ended(self, seconds):
        """Whether it has an outcome within so many seconds."""
        done = threading.Event()
        self.future.add_done_callback(lambda _: done.set())
        return done.wait(seconds)

    def _settle(self, put, value):
        try:
            put(value)
        except InvalidStateError:
            return  # abandoned before: its outcome is known already


class Worker:
    """Runs jobs one at a time; of each source only the newest waits."""

    def __init__(self, name="measurements"):
        self.name = name
        self._waiting = OrderedDict()
        self._change = threading.Condition()
        self._thread = None
        self._running = None

    def submit(self, source, work):
        """Ask for ``work(stop)``; replaces what ``source`` has waiting, supersedes what it has running."""
        job = Job(source, work)
        with self._change:
            replaced = self._waiting.pop(source, None)
            self._waiting[source] = job
            if self._running is not None and self._running.source == source:
                self._running.stop.superseded = True
            self._start()
            self._change.notify()
        if replaced is not None:
            replaced.future.cancel()
        return job

    def call(self, work):
        """Run ``work(stop)`` in the worker, wait, and return its value; Ctrl-C stops it there too."""
        if threading.current_thread() is self._thread:
            return work(self._running.stop)
        job = self.submit(object(), work)
        try:
            return job.future.result()
        except KeyboardInterrupt:
            self.stop(job)
            raise

    def stop(self, job):
        """End a job: at its next statement, or by force after a moment when it sends none."""
        job.stop.stopped = True
        with self._change:
            if self._waiting.get(job.source) is job:
                del self._waiting[job.source]
                job.future.cancel()
                return
        threading.Thread(target=self._insist, args=(job,), name="stop", daemon=True).start()

    @property
    def busy(self):
        """Whether a job is running."""
        return self._running is not None

    def _start(self):
        if self._thread is None or not self._thread.is_alive():
            # An empty context: a recording or condition of the asking thread must not leak in here.
            run = contextvars.Context().run
            self._thread = threading.Thread(target=run, args=(self._loop,), name=self.name, daemon=True)
            self._thread.start()

    def _loop(self):
        mine = threading.current_thread()
        while self._thread is mine:
            try:
                self._next()
            except Stopped:
                continue  # a forced stop that arrived after its job had ended

    def _next(self):
        with self._change:
            while not self._waiting:
                self._change.wait()
            _, job = self._waiting.popitem(last=False)
            self._running = job
        try:
            if job.future.set_running_or_notify_cancel():
                job.run()
        finally:
            with self._change:
                if self._running is job:
                    self._running = None

    def _insist(self, job):
        """End a job that sends no statement: in the database, in its thread, or leave it behind."""
        for seconds in (0.2, 0.5, 1.0, 1.0):
            if job.ended(seconds):
                return
            job.stop.interrupt()
            with self._change:
                if self._running is job:
                    _raise_in(self._thread, Stopped)
        if not job.ended(1.0):
            self._abandon(job)

    def _abandon(self, job):
        with self._change:
            if self._running is job:
                self._running, self._thread = None, None
                if self._waiting:
                    self._start()
        job.abandon()


def _raise_in(thread, kind):
    """Raise an exception in another thread, at its next bytecode."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(kind))


worker = Worker()
