"""
The configuration that gunicorn reads when it starts and at each SIGHUP; the numbers are in settings.json.

Each worker that serves has a file named after its process id in the folder `workers`, and in that file the
generation of the settings it was started with: so whoever changed the settings sees when they hold.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import gunicorn.workers.gthread

PR_SET_PDEATHSIG = 1
FOLDER = Path(os.environ["LAB_FOLDER"])
WORKERS = FOLDER / "workers"
SETTINGS = json.loads((FOLDER / "settings.json").read_text())

bind = [f"127.0.0.1:{os.environ['LAB_PORT']}"]
workers = SETTINGS["workers"]
threads = SETTINGS["threads"]
worker_class = "sync" if threads == 1 else "gthread"
preload_app = True
worker_tmp_dir = str(FOLDER)
loglevel = "warning"
accesslog = None
graceful_timeout = 15  # seconds that a worker which is replaced has to answer what it has accepted
keepalive = 75  # as browsers do: a connection is closed by whoever thinks longer than that

# A worker that is replaced goes on for this long with connections that are idle, where gunicorn waits for two
# seconds. Who is late finds the connection closed, before anything was sent on it, and opens another.
gunicorn.workers.gthread.STOP_KEEPALIVE_LINGER = 0.2


def on_starting(server):
    """Forget the workers of a server that died."""
    shutil.rmtree(WORKERS, ignore_errors=True)
    WORKERS.mkdir()


def on_reload(server):
    """Execute the application's module anew, if that is what is wanted; gunicorn alone would keep it."""
    if SETTINGS["fresh"]:
        sys.modules.pop(server.app.app_uri.partition(":")[0], None)
        server.app.callable = None
        server.app.wsgi()


def post_fork(server, worker):
    """A worker does not outlive the server, not even one that was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker.ppid:
        os._exit(1)


def post_worker_init(worker):
    """It serves from now on."""
    (WORKERS / f".{worker.pid}").write_text(str(SETTINGS["generation"]))
    os.replace(WORKERS / f".{worker.pid}", WORKERS / str(worker.pid))


def child_exit(server, worker):
    """It does not any more."""
    (WORKERS / str(worker.pid)).unlink(missing_ok=True)
