"""gunicorn as a service: serves what it is given, changes while it serves, and says why it does not."""

import http.client
import json
import os
import signal
import threading

import psutil
import pytest

from labapp.services import ServiceError
from labapp.services.gunicorn import Gunicorn
from tests.services.kernels import Kernel, runs, wait_for

SITE = "tests.services.site:application"
HELLO = """
import os
def application(environ, start):
    start("200 OK", [])
    return [b"%s %s" % (os.environ["WORD"].encode(), str(environ["wsgi.multithread"]).encode())]
"""


@pytest.fixture
def served():
    """Makes Gunicorns, and stops them after the test."""
    made = []

    def make(*args, **kwargs):
        made.append(Gunicorn(*args, **kwargs))
        return made[-1]

    yield make
    for site in made:
        site.stop()


def get(site, path="/hello/"):
    """(status, body) of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def seen(site):
    """What the site has noted: one dictionary for each request."""
    return [json.loads(line) for line in (site.folder / "seen").read_text().splitlines()]


def test_it_serves_files_of_its_folder_with_the_environment_given(served):
    site = served("shop:application", files={"shop.py": HELLO}, environment={"WORD": "welcome"}, ready="/")
    assert get(site) == (200, "welcome False")
    assert (site.folder / "shop.py").stat().st_mode & 0o777 == 0o600
    assert site.folder.stat().st_mode & 0o777 == 0o700
    listening = {each.laddr for each in psutil.Process(site.pid).net_connections()}
    assert listening == {("127.0.0.1", site.port)}


def test_nothing_is_opened_in_the_home_folder(served, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 3")
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    site = served(SITE, ready="/hello/")
    assert list(tmp_path.iterdir()) == [] and len(site.pids) == 1


@pytest.mark.parametrize("size", [(3, 1), (1, 2), (2, 4), (1, 1)])
def test_resized_it_has_as_many_workers_as_wanted(served, size):
    site = served(SITE, workers=2)
    before = site.pids
    site.resize(*size)
    assert (site.workers, site.threads) == size
    assert len(site.pids) == size[0] and not {*before} & {*site.pids}
    assert {each.pid for each in psutil.Process(site.pid).children()} == {*site.pids}
    assert get(site) == (200, "hello")


def test_the_same_size_changes_nothing(served):
    site = served(SITE, workers=2, threads=2)
    before = site.pids
    site.resize(2)
    site.resize(threads=2)
    assert site.pids == before


def test_several_threads_answer_at_once(served):
    site = served(SITE, threads=3)
    answers = waiting(site, 3)
    wait_for(lambda: len(seen(site)) == 3, "all three are seen before any is answered")
    (site.folder / "go").touch()
    assert [answer() for answer in answers] == [(200, "at last")] * 3


def waiting(site, count):
    """Requests for a page that is not answered yet; call them for the answers."""
    answers = []

    def ask():
        answers.append(get(site, "/wait/"))

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    wait_for(lambda: (site.folder / "seen").exists(), "one of them is seen")

    def answer(thread):
        thread.join()
        return answers.pop()

    return [lambda thread=thread: answer(thread) for thread in threads]


@pytest.mark.parametrize("threads", [1, 2])
def test_no_request_is_lost_while_it_is_resized(served, threads):
    site = served(SITE, threads=threads)
    answers, resized = waiting(site, 4), threading.Thread(target=site.resize, args=(2, 3 - threads))
    resized.start()
    wait_for(lambda: len(site.pids) == 3, "two new workers serve, and the old one has not ended")
    (site.folder / "go").touch()
    assert [answer() for answer in answers] == [(200, "at last")] * 4
    resized.join()
    assert len(site.pids) == 2 and len(seen(site)) == 4


def test_reloaded_it_executes_the_application_anew(served):
    site = served("shop:application", files={"shop.py": HELLO}, environment={"WORD": "welcome"})
    site.reload({"shop.py": HELLO.replace("%s %s", "%s again %s")})
    assert get(site) == (200, "welcome again False")
    site.resize(2, 2)
    assert get(site) == (200, "welcome again True")


def test_a_killed_worker_is_replaced(served):
    site = served(SITE, workers=2)
    killed = site.kill_worker()
    wait_for(lambda: len(site.pids) == 2 and killed not in site.pids, "another worker serves")
    assert get(site) == (200, "hello")


def test_when_it_died_it_comes_back_on_its_port_and_at_the_size_wanted(served):
    site = served(SITE)
    port, workers = site.port, [psutil.Process(pid) for pid in site.pids]
    site.kill()
    wait_for(lambda: not any(map(runs, workers)), "its workers have ended with it")
    assert not site.alive
    site.resize(2)
    assert site.alive and (site.port, site.restarts, len(site.pids)) == (port, 1, 2)
    assert get(site) == (200, "hello")


def test_stopped_with_a_worker_that_does_not_react_it_is_gone(served):
    site = served(SITE, workers=2)
    family = [psutil.Process(pid) for pid in (site.pid, *site.pids)]
    family[1].send_signal(signal.SIGSTOP)
    site.stop()
    assert not any(map(runs, family)) and not site.folder.exists()


@pytest.mark.parametrize(("code", "said"), [
    ("raise ValueError('no shop')", "does not start: ValueError: no shop"),
    ("import nosuch", "does not start: ModuleNotFoundError: No module named 'nosuch'"),
    ("x =", "does not start: SyntaxError: invalid syntax"),
    ("x = 1", "does not start: .*Failed to find attribute 'application' in 'shop'"),
    ("def application(e, s):\n    raise KeyError('a')", "application answers / with 500 .*: KeyError: 'a'"),
])  # fmt: skip
def test_why_it_does_not_start_is_one_sentence(code, said):
    with pytest.raises(ServiceError, match=rf"^gunicorn('s)? {said}[^\n]*$"):
        Gunicorn("shop:application", files={"shop.py": code}, ready="/")


def test_a_reload_that_fails_says_why_and_the_next_one_starts_it_again(served):
    site = served("shop:application", files={"shop.py": HELLO}, environment={"WORD": "welcome"})
    with pytest.raises(ServiceError, match="^gunicorn does not start: ValueError: no shop$"):
        site.reload({"shop.py": "raise ValueError('no shop')"})
    site.reload({"shop.py": HELLO})
    assert get(site) == (200, "welcome False") and site.restarts == 1


@pytest.mark.parametrize("numbers", [{"workers": 0}, {"threads": 65}, {"workers": 1.5}])
def test_a_number_that_cannot_be_is_refused(served, numbers):
    ((name, number),) = numbers.items()
    said = f"^{name} must be a whole number from 1 to 64, and {number} is not.$"
    with pytest.raises(ServiceError, match=said):
        served(SITE, **numbers)
    site = served(SITE)
    with pytest.raises(ServiceError, match=said):
        site.resize(**numbers)
    assert get(site) == (200, "hello")


@pytest.mark.parametrize("victims", ["kernel", "kernel guardian", "guardian kernel"])
def test_a_killed_kernel_leaves_nothing(victims):
    kernel = Kernel("from labapp.services.gunicorn import Gunicorn\n")
    made = f"globals().update(site=Gunicorn({SITE!r}, workers=2)) or "
    pid, pids, folder = kernel.ask(made + "[site.pid, site.pids, str(site.folder)]")
    family = [psutil.Process(each) for each in (pid, *pids)]
    guardian = family[0].parent()
    kill = {"kernel": kernel.process, "guardian": guardian}
    for victim in victims.split():
        kill[victim].kill()
    wait_for(lambda: not any(map(runs, [guardian, *family])), "all has ended")
    if victims == "kernel":
        wait_for(lambda: not os.path.exists(folder), "the folder is removed")
    kernel.end()
