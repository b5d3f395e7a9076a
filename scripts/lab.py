"""Seed the workshop database unless it is there, and start JupyterLab on notebook 00, on loopback."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path

from jupyterlab.labapp import LabApp
from workspace import ROOT, prepare

from labapp.services import offers

REAL_PARTS = ("PostgreSQL", "Redis", "Memcached", "Varnish", "Chromium")
NOTEBOOK = "notebooks/00_start_here.ipynb"


def has_browser() -> bool:
    """Whether a window can open here; a browser for the terminal would only take the terminal over."""
    names = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in names)


def arguments() -> argparse.Namespace:
    """What ``make lab ARGS="..."`` may say."""
    parser = argparse.ArgumentParser(prog="make lab", description=__doc__)
    parser.add_argument("--port", type=int, default=8888, help="the first port to try (default: 8888)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    return parser.parse_args()


def server_options(port: int, token: str, browser: bool, workspaces: Path) -> list[str]:
    """JupyterLab's own options: loopback, a token, this folder, no question on Ctrl-C."""
    return [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=50",
        f"--ServerApp.root_dir={ROOT}",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.allow_root={os.geteuid() == 0}",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        # A token of ours, so that JupyterLab does not print addresses of its own besides the one below.
        f"--IdentityProvider.token={token}",
        # Kernels that support it talk to JupyterLab encrypted; the others would warn on the terminal.
        "--KernelManager.transport_encryption=auto",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        f"--LabApp.workspaces_dir={workspaces}",
    ]


def missing_servers() -> str:
    """One line on what this machine does not have, or nothing."""
    names = [offer.name for offer in offers() if offer.name in REAL_PARTS and offer.version is None]
    if not names:
        return ""
    return (f"Not on this machine: {', '.join(names)}. The lab works without; "
            ".venv/bin/python manage.py services says how to get more.")


def main() -> int:
    """Seed, start, print the address, serve until Ctrl-C."""
    options = arguments()
    seeding = subprocess.run([sys.executable, "manage.py", "seed", "--scale", "workshop"], cwd=ROOT)
    if seeding.returncode:
        return seeding.returncode
    if line := missing_servers():
        print(line, flush=True)
    # The kernel of this environment, not one of the same name in the user's home folder.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    browser = has_browser() and not options.no_browser
    token = secrets.token_hex(24)
    server = LabApp.initialize_server(server_options(options.port, token, browser, prepare()))
    address = f"{server.connection_url}lab/tree/{NOTEBOOK}?token={token}"
    # Callbacks run in order, so this one finds the server listening.
    server.io_loop.add_callback(print, f"\nThe lab is at  {address}\nCtrl-C stops it.\n", flush=True)
    server.start()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
