"""manage.py, run as people run it."""

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def checkout(tmp_path):
    """A checkout without any data, in a folder with a space: manage.py and what it needs."""
    checkout = tmp_path / "a checkout"
    for name in ("labapp", "data/words"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", checkout)
    return checkout


def environment(**more):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {**inherited, **more}


def manage(checkout, *arguments, **options):
    """Run manage.py; gives the finished process."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=checkout,
        env=environment(),
        text=True,
        capture_output=True,
        **options,
    )


@contextmanager
def running(checkout, *arguments, **more):
    """A manage.py that goes on until the block ends; gives the process and the file it writes to."""
    output = checkout / "output.txt"
    with open(output, "w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=checkout,
            env=environment(PYTHONUNBUFFERED="1", **more),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, output
    finally:
        process.terminate()
        process.wait(20)


def until(find, process, output):
    """What `find()` gives as soon as it gives something; fails when the process ends before."""
    for _ in range(600):
        if found := find():
            return found
        assert process.poll() is None, output.read_text()
        time.sleep(0.05)
    pytest.fail(output.read_text())


def test_seed_makes_the_data_and_gives_the_site_a_copy_but_keeps_what_it_has(checkout):
    first = manage(checkout, "seed", "--scale", "small")
    assert first.returncode == 0 and first.stderr == ""
    assert re.match(r"small, seed 1: 3,000 rows in .*-small-1\.sqlite3\nThe site has its copy", first.stdout)
    site = checkout / "data/cache/pinsta.sqlite3"
    before = site.stat()
    again = manage(checkout, "seed", "--scale", "small")
    assert "The site keeps the data it has" in again.stdout and site.stat().st_ino == before.st_ino
    manage(checkout, "seed", "--scale", "small", "--replace")
    assert site.stat().st_ino != before.st_ino


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scale", "huge"], "CommandError: scale is 'huge'; it can be 'small', 'workshop', 'large'.\n"),
        (["--seed", "-1"], "CommandError: seed is -1; it can be a whole number from 0 to 999,999,999.\n"),
    ],
)
def test_seed_refuses_in_one_sentence(checkout, arguments, sentence):
    refused = manage(checkout, "seed", *arguments)
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", sentence)
    assert not (checkout / "data/cache").exists()


def test_seed_shows_a_bar_on_a_terminal(checkout):
    ours, theirs = pty.openpty()
    command = [sys.executable, "manage.py", "seed", "--scale", "small"]
    done = subprocess.run(command, cwd=checkout, env=environment(), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0 and "Seeding:" in shown and "3.00k" in shown


def test_check_says_what_to_do_without_data(checkout):
    without = manage(checkout, "check")
    assert "Pinsta has no data yet" in without.stderr and "python manage.py seed" in without.stderr
    manage(checkout, "seed", "--scale", "small")
    assert "no issues" in manage(checkout, "check").stdout


def test_show_urls_and_graph_models(checkout):
    urls = manage(checkout, "show_urls").stdout
    assert "/photos/<int:photo_id>/\tlabapp.pinsta.views.photo\tphoto" in urls
    graph = json.loads(manage(checkout, "graph_models", "pinsta", "--json").stdout)
    assert "Photo" in [model["name"] for model in graph["graphs"][0]["models"]]
    assert manage(checkout, "graph_models", "pinsta", "--dot").stdout.startswith("digraph")


def test_the_site_stands_alone():
    """Pinsta's own settings, without anything of the lab."""
    code = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "labapp.pinsta.settings"
import django
django.setup()
from labapp.pinsta import wsgi, urls, views
from labapp.pinsta.seeding import ensure
print(sorted(name for name in sys.modules if name.startswith("labapp.") and ".pinsta" not in name))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), text=True, capture_output=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_runserver_seeds_the_site_and_serves_it(checkout):
    port = free_port()

    def page():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/feed.json?photos=3") as response:
                return json.load(response)
        except urllib.error.URLError:
            return None

    with running(checkout, "runserver", "--noreload", str(port)) as (process, output):
        assert len(until(page, process, output)["photos"]) == 3
    assert "workshop, seed 1: 50,000 rows" in output.read_text()


def test_shell_plus_lab_starts_and_its_kernel_knows_the_models(checkout, tmp_path):
    manage(checkout, "seed", "--scale", "small")
    places = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    with running(checkout, "shell_plus", "--lab", "--no-browser", **places) as (process, output):
        address = re.compile(r"http://127\.0\.0\.1:(\d+)/lab\?token=(\w+)")
        port, token = until(lambda: address.search(output.read_text()), process, output).groups()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/kernels",
            data=b"{}",  # the default kernel
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
        )
        kernel = json.load(urllib.request.urlopen(request))
        assert kernel["name"] == "django_extensions"
        client = BlockingKernelClient(connection_file=str(tmp_path / "run" / f"kernel-{kernel['id']}.json"))
        until(Path(client.connection_file).exists, process, output)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        said = []
        reply = client.execute_interactive(
            "print(Photo.objects.count(), User.objects.first())",
            output_hook=lambda message: said.append(message["content"].get("text")),
            timeout=60,
        )
        client.stop_channels()
    assert reply["content"]["status"] == "ok" and "320 ana\n" in said


def test_an_interrupted_seed_says_so_and_leaves_nothing(checkout):
    folder = checkout / "data/cache"

    def is_writing():
        return any(partial.stat().st_size for partial in folder.glob("*.partial"))

    with running(checkout, "seed", "--scale", "large") as (process, output):
        until(is_writing, process, output)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
    assert output.read_text().endswith("Interrupted: nothing was kept, nothing needs to be cleaned up.\n")
    assert list(folder.iterdir()) == []
