"""Varnish: serves by the VCL that was loaded last, and says what is wrong with one."""

import http.client
import os
import shutil
from pathlib import Path

import pytest

from labapp.services import ServiceError, executable, ports, varnish
from tests.requires import needs
from tests.services.kernels import wait_for, working_in

SAYING = """\
vcl 4.1;
backend default none;
sub vcl_recv { return (synth(418, "%s")); }
"""
IN_FRONT = """\
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "%d"; }
sub vcl_backend_response { set beresp.ttl = 60s; set beresp.do_esi = true; }
"""


@pytest.fixture
def own():
    """A Varnish for a test that changes it for good."""
    needs("varnish")
    server = varnish.Server()
    yield server
    server.stop()


def get(server, path="/"):
    """(status, reason, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.reason, answer.read().decode()
    connection.close()
    return found


def test_before_anything_is_loaded_it_says_so(own):
    assert get(own)[:2] == (503, "No VCL is loaded.")


def test_it_serves_by_what_was_loaded_last(a_varnish):
    for word in ("one", "two", "three"):
        a_varnish.load(SAYING % word)
        assert get(a_varnish)[:2] == (418, word)


def test_older_ones_are_unloaded(a_varnish):
    for word in ("one", "two", "three"):
        a_varnish.load(SAYING % word)
    states = [line.split()[0] for line in a_varnish.command("vcl.list").split("\n") if line]
    assert states.count("active") == 1 and "available" not in states


@pytest.mark.parametrize(("text", "complaint"), [
    (SAYING.replace("return", "retrun") % "x", "Symbol not found: 'retrun' (line 3)."),
    ("backend default none;", "VCL version declaration missing (line 1)."),
    ("vcl 4.1;", "No backends or directors found in VCL program, at least one is necessary."),
    (SAYING[:-3] % "x", "Symbol cannot be used here (after the last line; is a brace left open?)."),
    ("vcl 4.1;\nimport teapot;\nbackend default none;", "Could not find VMOD teapot (line 2)."),
    ("", "No backends or directors found in VCL program, at least one is necessary."),
])  # fmt: skip
def test_what_is_wrong_with_a_vcl_is_said_and_nothing_changes(a_varnish, text, complaint):
    a_varnish.load(SAYING % "kept")
    with pytest.raises(ServiceError) as refusal:
        a_varnish.load(text)
    assert str(refusal.value) == f"Varnish does not accept the VCL: {complaint}"
    assert get(a_varnish)[:2] == (418, "kept")


def test_after_a_restart_it_has_the_vcl_that_it_had(own):
    own.load(SAYING % "kept")
    with pytest.raises(ServiceError):
        own.load("nonsense")
    own.kill()
    own.revive()
    assert get(own)[:2] == (418, "kept")


@pytest.fixture
def origin():
    """A site of two pages, one of which includes the other, and what it was asked for."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            body = b"inner" if self.path == "/inner" else b'[<esi:include src="/inner"/>]'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    site.asked = []
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield site
    site.shutdown()
    site.server_close()


@pytest.fixture
def edge(a_varnish, origin):
    """Varnish in front of the site."""
    a_varnish.load(IN_FRONT % origin.server_port)
    a_varnish.flush()
    return a_varnish


def test_it_includes_fragments_in_text_that_is_not_xml(edge, origin):
    assert [get(edge)[2], get(edge)[2]] == ["[inner]", "[inner]"]
    assert origin.asked == ["/", "/inner"]


def test_flush_forgets_everything_and_what_comes_after_is_kept(edge, origin):
    get(edge)
    edge.flush()
    get(edge), get(edge)
    assert origin.asked == ["/", "/inner"] * 2


def test_a_ban_on_its_command_line_forgets_a_fragment(edge, origin):
    get(edge)
    edge.command("ban req.url ~ ^/inner")
    get(edge)
    assert origin.asked == ["/", "/inner", "/inner"]


def test_a_command_that_is_refused_is_said(a_varnish):
    with pytest.raises(ServiceError) as refusal:
        a_varnish.command("ban req.url ~")
    assert str(refusal.value) == "Varnish refuses the command 'ban req.url ~': Too few parameters"


def test_its_counters_count(edge):
    before = edge.counters()
    get(edge), get(edge)

    def counted():
        now = edge.counters()
        return [now[name] - before[name] for name in ("MAIN.client_req", "MAIN.cache_hit", "MAIN.cache_miss")]

    # A page is itself and its fragment; what is in a thread's own account is added up a little later.
    wait_for(lambda: counted() == [2, 2, 2], "two requests, two hits, two misses")


def test_a_fresh_one_has_its_counters(own):
    assert own.counters()["MAIN.client_req"] == 0


def test_a_varnish_that_is_missing_says_how_to_get_it(nothing_here):
    with pytest.raises(ServiceError) as refusal:
        varnish.Server()
    assert str(refusal.value) == f"There is no Varnish here. {varnish.HOW}"


@pytest.fixture
def without_compiler(monkeypatch, temporary):
    """A machine where Varnish finds the program rm, which it calls as well, and no C compiler."""
    needs("varnish")
    path = Path(temporary, "bin")
    path.mkdir(mode=0o755)
    (path / "rm").symlink_to(shutil.which("rm"))
    monkeypatch.setattr(varnish.Server, "environment", lambda server: {"PATH": str(path)})
    return temporary


def test_a_c_compiler_that_is_missing_is_said(without_compiler):
    with pytest.raises(ServiceError) as refusal:
        varnish.Server()
    assert str(refusal.value) == f"Varnish does not start: {varnish.COMPILER}"
    assert os.listdir(without_compiler) == ["bin"] and not working_in(Path(without_compiler, "lab-service"))


@pytest.mark.parametrize("which", ["its own", "that of its commands"])
def test_a_port_that_was_taken_meanwhile(monkeypatch, a_varnish, which):
    free = [ports.free_port() for _ in range(3)]
    taken = a_varnish.port
    numbers = iter([taken, *free] if which == "its own" else [free[0], taken, *free[1:]])
    for module in (ports, varnish):
        monkeypatch.setattr(module, "free_port", lambda: next(numbers))
    server = varnish.Server()
    try:
        assert server.alive and taken not in (server.port, server._commands_port) and a_varnish.alive
    finally:
        server.stop()


def test_a_varnishstat_that_is_missing_is_said(monkeypatch, a_varnish):
    monkeypatch.setattr(executable, "find", lambda name, asking: None)
    with pytest.raises(ServiceError, match="^There is no varnishstat beside Varnish. "):
        a_varnish.counters()
