"""JupyterLab's first look: notebook 00 open, the file browser in notebooks/, no news and no questions.

The workspace goes into .jupyter/ in this folder, the defaults into the environment that runs this; the
settings that a user has of their own stay as they are, and win.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jupyterlab_server.workspaces_handler import WorkspacesManager

ROOT = Path(__file__).resolve().parent.parent
WORKSPACES = ROOT / ".jupyter" / "workspaces"
FIRST_LOOK = Path(__file__).with_suffix(".jupyterlab-workspace")
OVERRIDES = Path(sys.prefix, "share", "jupyter", "lab", "settings", "overrides.json")
DEFAULTS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def prepare() -> Path:
    """Put workspace and defaults in place unless they are there; returns the folder of the workspaces."""
    if not any(WORKSPACES.glob("*")):
        WorkspacesManager(str(WORKSPACES)).save("default", FIRST_LOOK.read_text())
    overrides = json.loads(OVERRIDES.read_text()) if OVERRIDES.exists() else {}
    if overrides | DEFAULTS != overrides:
        OVERRIDES.parent.mkdir(parents=True, exist_ok=True)
        OVERRIDES.write_text(json.dumps(overrides | DEFAULTS, indent=2))
    return WORKSPACES


if __name__ == "__main__":
    prepare()
