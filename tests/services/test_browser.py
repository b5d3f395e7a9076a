"""Chromium as a service: what it says of a page, and that nothing of it is left."""

import http.server
import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from labapp.services import ServiceError, browser
from labapp.services.ports import free_port
from tests.requires import needs
from tests.services.kernels import runs, wait_for, working_in

PAGE = """
<!DOCTYPE html><title>t</title><link rel="icon" href="data:,">
<h1>Hello</h1><p data-viewer="ana" id="late"></p>
<script>
fetch("/part").then(answer => answer.text()).then(text => {{
  document.getElementById("late").textContent = text;
  performance.mark("{mark}");
}});
</script>
"""


class Site(http.server.BaseHTTPRequestHandler):
    """A page that fetches a part, which says who asked for it."""

    def do_GET(self):
        """Answer."""
        said = f"part for {self.headers.get('Cookie')}, {self.headers.get('X-Lab')}"
        body = said if self.path == "/part" else PAGE.format(mark=self.path.strip("/") or "complete")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture(scope="module")
def address():
    """Where the site is."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium():
    """An open Browser."""
    needs("chromium")
    opened = browser.Browser()
    yield opened
    opened.stop()


def test_a_visit_sees_the_complete_page_as_the_person_with_the_cookies(chromium, address):
    seen = chromium.visit(address, cookies={"sessionid": "ana1"}, headers={"X-Lab": "turn 7"})
    assert seen.text == "Hello\n\npart for sessionid=ana1, turn 7"
    assert seen.viewers == ["ana"]
    assert (seen.status, seen.requests) == (200, 2)
    assert seen.bytes > len(PAGE)


def test_moments_are_in_their_order(chromium, address):
    seen = chromium.visit(address)
    assert 0 < seen.first_byte_ms <= seen.complete_ms
    assert seen.first_byte_ms <= seen.first_paint_ms


def test_nothing_is_kept_from_one_visit_to_the_next(chromium, address):
    chromium.visit(address, cookies={"sessionid": "ana1"})
    assert "part for None, None" in chromium.visit(address).text


def test_a_page_that_is_never_complete_is_an_error_and_the_browser_goes_on(chromium, address):
    with pytest.raises(ServiceError, match="Timeout 200ms"):
        chromium.visit(address + "another-mark", seconds=0.2)
    assert chromium.visit(address + "another-mark", mark="another-mark").status == 200


def test_nobody_there_is_an_error_and_the_browser_goes_on(chromium, address):
    with pytest.raises(ServiceError, match="ERR_CONNECTION_REFUSED"):
        chromium.visit(f"http://127.0.0.1:{free_port()}/")
    assert chromium.visit(address).status == 200


def test_without_a_browser_it_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(browser, "find", lambda: None)
    with pytest.raises(ServiceError, match="apt-get install chromium"):
        browser.Browser()


def test_without_playwright_there_is_none(monkeypatch):
    monkeypatch.setattr(browser, "find_spec", lambda name: None)
    assert browser.find() is None


def test_another_one_is_opened_when_it_has_died(address):
    needs("chromium")
    first = browser.browser()
    assert browser.browser() is first
    os.kill(first._helper.process.pid, signal.SIGKILL)
    first._helper.process.wait()
    again = browser.browser()
    assert again is not first and again.visit(address).status == 200
    assert not first._folder.path.exists()
    again.stop()


def family(pid):
    """A process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def test_it_takes_no_memory_while_nobody_looks_at_anything(address):
    needs("chromium")
    opened = browser.Browser(idle=0.1)
    process = psutil.Process(opened._helper.process.pid)
    for _ in range(2):
        assert opened.visit(address).status == 200
        wait_for(lambda: not process.children(recursive=True), "Chromium is closed")
    opened.stop()


def test_nothing_is_left_when_it_is_stopped(address):
    needs("chromium")
    opened = browser.Browser()
    folder, processes = opened._folder.path, family(opened._helper.process.pid)
    opened.visit(address)
    assert len(processes) > 3 and folder.exists()
    opened.stop()
    wait_for(lambda: not any(map(runs, processes)), "Chromium ends")
    assert not folder.exists()


OPEN = "__import__('labapp.services.browser', fromlist=['browser']).browser()"


def test_nothing_is_left_when_the_kernel_is_killed(kernels):
    needs("chromium")
    kernel = kernels()
    folder = Path(kernel.ask(f"str({OPEN}._folder.path)"))
    processes = family(kernel.ask(f"{OPEN}._helper.process.pid"))
    assert working_in(folder)
    kernel.process.kill()
    wait_for(lambda: not any(map(runs, processes)), "Chromium ends with the kernel")
    wait_for(lambda: not folder.exists(), "its folder is removed")
