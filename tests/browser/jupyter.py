"""A JupyterLab of one's own: own port, token, configuration, data, workspaces; gone when the block ends."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds for the server to answer
DIRECTORIES = {
    "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}


class Server:
    """A running JupyterLab: where it is, and the folder whose notebooks it shows."""

    def __init__(self, address, token, folder, settings):
        self.address = address
        self.token = token
        self.folder = folder
        self._settings = settings

    def notebook(self, name, *cells):
        """Write a notebook of these cells and return its address."""
        document = {
            "nbformat": 4, "nbformat_minor": 5,
            "cells": [_cell(number, text) for number, text in enumerate(cells)],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        }
        (self.folder / name).write_text(json.dumps(document), encoding="utf-8")
        return f"{self.address}lab/workspaces/own/tree/{name}?reset&token={self.token}"

    def theme(self, name):
        """The theme of pages opened from now on: "JupyterLab Light" or "JupyterLab Dark"."""
        self.set("themes", theme=name)

    def set(self, plugin, **values):
        """Settings of one of JupyterLab's own plugins, for pages opened from now on."""
        path = self._settings / "@jupyterlab" / "apputils-extension" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


@contextmanager
def jupyterlab(folder):
    """Start JupyterLab below ``folder`` and stop it, with its kernels, at the end."""
    places = {name: Path(folder, place) for name, place in DIRECTORIES.items()}
    for path in (*places.values(), Path(folder, "notebooks")):
        path.mkdir(parents=True, exist_ok=True)
    port, token = _free_port(), secrets.token_hex(16)
    environment = {
        **os.environ, **{name: str(path) for name, path in places.items()}, "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    with open(Path(folder, "log.txt"), "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_options(port, token, Path(folder, "notebooks"))],
            env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(f"{address}api/status?token={token}", process, Path(folder, "log.txt"))
            server = Server(address, token, Path(folder, "notebooks"), places["JUPYTERLAB_SETTINGS_DIR"])
            server.set("notification", fetchNews="false", checkForUpdates=False)  # no question over the page
            yield server
        finally:
            _end(process)


def _options(port, token, folder):
    return [
        "--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}", "--ServerApp.allow_root=True",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _cell(number, text):
    return {
        "cell_type": "code", "id": f"cell-{number}", "source": text, "metadata": {}, "outputs": [],
        "execution_count": None,
    }


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address, process, log):
    """Until the server answers; RuntimeError with its log when it ends or takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _end(process):
    """Ask it to end its kernels and itself; what is left of its group is killed."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
