"""
A real browser as a service: this process's one Chromium, opened when it is first wanted, gone when we are.

    seen = browser.browser().visit("http://127.0.0.1:8000/discover/", cookies={"sessionid": "..."})
    seen.complete_ms

Playwright drives it, in a process of its own, for it cannot work where an event loop runs.
"""

import json
import os
import re
import shutil
import sys
import threading
import time
from glob import glob
from importlib.util import find_spec
from typing import NamedTuple

from labapp.services import folders, guardian, visiting
from labapp.services.errors import ServiceError
from labapp.services.helper import Helper

__all__ = ["HOW", "Browser", "Seen", "browser", "find"]

HOW = (
    "Chromium comes with the system (Debian and Ubuntu: apt-get install chromium; macOS: brew install "
    "chromium), and is driven by Playwright (pip install playwright)."
)
PATTERNS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "~/Library/Caches/ms-playwright/chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
)
MEGABYTES = 100  # its profile
ENDING = 2.0  # seconds that Chromium may take to end


class Seen(NamedTuple):
    """
    What a visit to a page came to. Times are ms from the beginning of the navigation, by the browser's clock.

    ``first_paint_ms`` is None where nothing was painted within a second. ``bytes`` are those of all
    ``requests``, headers included and the site's icon left out. ``text`` is what can be read on the complete
    page, ``viewers`` are the names in its data-viewer attributes.
    """

    status: int
    first_byte_ms: float
    first_paint_ms: float | None
    complete_ms: float
    requests: int
    bytes: int
    text: str
    viewers: list


def find():
    """The path of a Chromium or Chrome that Playwright can drive, or None."""
    if find_spec("playwright") is None:
        return None
    for name in ("chromium", "google-chrome", "google-chrome-stable"):
        path = shutil.which(name)
        if path and not path.startswith("/snap/"):  # a snap cannot see our folder
            return path
    paths = [path for each in PATTERNS for path in glob(os.path.expanduser(each))]
    return max(paths, key=lambda path: [int(number) for number in re.findall(r"\d+", path)], default=None)


class Browser:
    """A Chromium without a window, closed after ``idle`` seconds and opened again when it is wanted."""

    def __init__(self, idle=60.0):
        executable = find()
        if executable is None:
            raise ServiceError(f"There is no browser here. {HOW}")
        self._folder = folders.make("Chromium", None, MEGABYTES)
        words = visiting.__file__, executable, str(self._folder.path), str(idle), json.dumps(sys.path)
        self._helper = Helper("the browser", *words, keep_open=[self._folder.lock.fileno()])
        try:
            self.version = self._ask(order="open")["version"]
        except BaseException:
            self.stop()
            raise

    def __repr__(self):
        return f"<Chromium {self.version}, {'open' if self.alive else 'closed'}>"

    @property
    def alive(self):
        """Whether it is open."""
        return self._helper.alive

    def visit(self, url, cookies=None, headers=None, mark="complete", seconds=10):
        """
        Look at a page with nothing in the browser's cache; what was Seen.

        The page is complete when it sets the performance mark of this name. ServiceError where it does not
        within so many seconds, or cannot be had.
        """
        order = {"url": url, "cookies": cookies or {}, "headers": headers or {}, "mark": mark}
        return Seen(**self._ask(order="visit", seconds=seconds, **order)["seen"])

    def stop(self):
        """Close it, and wait until it is gone."""
        self._helper.close()
        deadline = time.monotonic() + ENDING
        while _in_use(str(self._folder.path)) and time.monotonic() < deadline:
            time.sleep(0.02)  # where its process was killed, Chromium needs a moment to notice
        guardian.remove(self._folder.path)
        self._folder.lock.close()

    def _ask(self, **order):
        answer = self._helper.ask(**order)
        if "trouble" in answer:
            raise ServiceError(f"The browser: {answer['trouble']}")
        return answer


def _in_use(folder):
    """Whether a running process was started with this folder; no, where the system does not tell."""
    for words in glob("/proc/[0-9]*/cmdline"):
        try:
            with open(words) as file:
                if folder in file.read():
                    return True
        except OSError:
            continue  # it has ended meanwhile
    return False


_browser = None
_lock = threading.Lock()


def browser():
    """This process's one Browser: opened at the first call, and again when it has died."""
    global _browser
    with _lock:
        if _browser is not None and not _browser.alive:
            _browser.stop()
            _browser = None
        if _browser is None:
            _browser = Browser()
        return _browser


def _forget():
    """A forked child has no browser yet; its parent's stays open."""
    global _browser, _lock
    if _browser is not None:
        _browser._folder.lock.close()
    _browser, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
