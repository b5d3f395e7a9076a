"""Threads and executors inherit the scope of the code that started them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import wraps
from threading import Thread

from .scope import Scope, current, entered
from .trail import caller


def install() -> None:
    """Wrap Thread.start and ThreadPoolExecutor.submit."""
    Thread.start = _starting(Thread.start)
    ThreadPoolExecutor.submit = _submitting(ThreadPoolExecutor.submit)


def handed_over(scope: Scope, above: int) -> Scope:
    """The scope for code that continues on another stack: it remembers who sent it there."""
    if not scope.sites:
        return scope
    return replace(scope, origin=caller(scope, above + 1)[0], rendering=False)


def _starting(start):
    @wraps(start)
    def starting(self):
        scope = current.get()
        if scope is not None:
            run, inherited = self.run, handed_over(scope, 1)
            given = vars(self).get("run")

            def run_inside():
                del self.run
                if given is not None:
                    self.run = given
                current.set(inherited)  # a thread's context ends with it
                run()

            self.run = run_inside
        start(self)

    return starting


def _submitting(submit):
    @wraps(submit)
    def submitting(self, fn, /, *args, **kwargs):
        scope = current.get()
        if scope is None:
            return submit(self, fn, *args, **kwargs)
        inherited = handed_over(scope, 1)

        def work(*args, **kwargs):
            with entered(inherited):
                return fn(*args, **kwargs)

        with entered(None):  # the executor's thread outlives this piece of work
            return submit(self, work, *args, **kwargs)

    return submitting
