"""`make lab` without its installing: JupyterLab comes up on loopback, on notebook 00, and goes away."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import psutil
import pytest

from tests.infra.repository import ROOT, outside_environment


@pytest.fixture(scope="module")
def taken_port():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture(scope="module")
def lab(taken_port):
    """(process, address) of a lab that was started at a port that is in use."""
    command = [sys.executable, "scripts/lab.py", "--no-browser", "--port", str(taken_port)]
    options = {"cwd": ROOT, "env": outside_environment(), "start_new_session": True}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
    try:
        for line in process.stdout:
            if match := re.search(r"The lab is at  (\S+)", line):
                yield process, match[1]
                break
        else:
            pytest.fail("the lab ended without an address")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def fetch(address):
    """A page's text."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


def test_the_address_is_loopback_and_opens_notebook_00(lab, taken_port):
    _, address = lab
    host, port, path = re.fullmatch(r"http://([\d.]+):(\d+)/lab/tree/(\S+)\?token=\w+", address).groups()
    assert (host, path) == ("127.0.0.1", "notebooks/00_start_here.ipynb")
    assert int(port) != taken_port
    assert "JupyterLab" in fetch(address)


def test_nobody_gets_in_without_the_token(lab):
    base = lab[1].split("/lab/")[0]
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(f"{base}/api/contents")
    assert refusal.value.code == 403


def test_the_workspace_is_prepared_and_asks_nothing(lab):
    base, token = lab[1].split("/lab/")[0], lab[1].rsplit("=", 1)[1]
    workspace = json.loads(fetch(f"{base}/lab/api/workspaces/default?token={token}"))
    assert "notebook:notebooks/00_start_here.ipynb" in workspace["data"]
    plugin = "@jupyterlab/apputils-extension:notification"
    settings = json.loads(fetch(f"{base}/lab/api/settings/{plugin}?token={token}"))
    assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"


def test_it_ends_with_its_kernels_when_it_is_told_to(lab):
    process, address = lab
    base, token = address.split("/lab/")[0], address.rsplit("=", 1)[1]
    request = urllib.request.Request(f"{base}/api/kernels?token={token}", data=b"{}", method="POST")
    json.loads(urllib.request.urlopen(request, timeout=30).read())
    kernels = psutil.Process(process.pid).children(recursive=True)
    assert kernels
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    assert not [kernel for kernel in kernels if kernel.is_running()]
