"""
The browser's process: opens Chromium, and visits pages as it is told.

    python -I -S visiting.py EXECUTABLE FOLDER IDLE PATH     # orders on its standard input, JSON objects

PATH is Python's path as JSON. After IDLE seconds without an order Chromium is closed, for it is large, and
opened again for the next one. All ends with the input, and the folder goes.
"""

import json
import os
import queue
import shutil
import sys
import threading
import time
from urllib.parse import urlsplit

# Without a sandbox, which needs rights that containers do not give: it looks at our own pages only.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE = 1.5  # seconds that closing may take
IDLE = object()
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
MARKED = "mark => performance.getEntriesByName(mark).length > 0"
LOOK = """
    mark => {
        const page = performance.getEntriesByType("navigation")[0];
        const parts = performance.getEntriesByType("resource");
        const all = [page, ...parts.filter(each => !each.name.endsWith("/favicon.ico"))];
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        const viewers = Array.from(document.querySelectorAll("[data-viewer]"), each => each.dataset.viewer);
        return {
            first_byte_ms: page.responseStart,
            first_paint_ms: paint ? paint.startTime : null,
            complete_ms: performance.getEntriesByName(mark)[0].startTime,
            requests: all.length,
            bytes: all.reduce((sum, each) => sum + each.transferSize, 0),
            text: document.body.innerText,
            viewers: [...new Set(viewers)],
        };
    }
"""


class Chromium:
    """The open browser."""

    def __init__(self, executable, folder):
        from playwright.sync_api import sync_playwright

        os.environ.update(TMPDIR=folder, HOME=folder)  # for its profile, and all else that it writes
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)

    def close(self):
        """Close it and end Playwright."""
        self._browser.close()
        self._playwright.stop()

    def obey(self, order, **fields):
        """Do what was asked; the answer."""
        if order == "open":
            return {"version": self._browser.version}
        return {"seen": self.visit(**fields)}

    def visit(self, url, cookies, headers, mark, seconds):
        """Look at a page as somebody who was never there before."""
        context = self._browser.new_context(extra_http_headers=headers)
        try:
            place = {"domain": urlsplit(url).hostname, "path": "/"}
            context.add_cookies([{"name": name, "value": value, **place} for name, value in cookies.items()])
            page = context.new_page()
            page.set_default_timeout(seconds * 1000)
            answer = page.goto(url)
            page.wait_for_function(MARKED, arg=mark)
            self._painted(page)
            return {"status": answer.status, **page.evaluate(LOOK, mark)}
        finally:
            context.close()

    def _painted(self, page):
        from playwright.sync_api import TimeoutError as TooLate

        try:
            page.wait_for_function(PAINTED, timeout=1000)
        except TooLate:
            return  # an empty page paints nothing


def read(orders, folder):
    """A thread's work: hand on what comes. When the input ends, so do we, closed or not."""
    for line in sys.stdin.buffer:
        orders.put(json.loads(line))
    orders.put(None)
    time.sleep(PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def serve(executable, folder, idle):
    """Obey until the input ends; trouble is an answer, too."""
    orders, chromium = queue.Queue(), None
    threading.Thread(target=read, args=[orders, folder], daemon=True).start()
    while (order := following(orders, idle if chromium else None)) is not None:
        if order is IDLE:
            chromium = chromium.close()
            continue
        number = order.pop("number")
        try:
            chromium = chromium or Chromium(executable, folder)
            answer = chromium.obey(**order)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            answer = {"trouble": f"{error or type(error).__name__}".strip().splitlines()[0]}
        print(json.dumps({**answer, "number": number}), flush=True)
    if chromium is not None:
        chromium.close()


def following(orders, seconds):
    """The next order, None at the end of the input, or IDLE when nothing comes for so long."""
    try:
        return orders.get(timeout=seconds)
    except queue.Empty:
        return IDLE


def main(executable, folder, idle, path):
    """Serve, and leave nothing behind."""
    sys.path[:] = json.loads(path)
    try:
        serve(executable, folder, float(idle))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
