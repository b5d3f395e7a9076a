"""Where the programs of the small servers are: the machine's, or those that a pip package brings."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labapp.services.users import plain_user

# Debian keeps servers where an ordinary user's PATH does not lead.
PLACES = tuple(f"{top}/{name}" for top in ("/usr", "/usr/local", "/opt/homebrew") for name in ("sbin", "bin"))


@dataclass(frozen=True)
class Program:
    """A program that runs here; ``copied`` says that the plain user needs a copy of it."""

    path: Path
    version: str
    origin: str
    copied: bool = False

    def for_owner(self, folder):
        """Where to run it from: from its place, or from a copy inside this private folder."""
        if not self.copied:
            return self.path
        copy = folder.path / self.path.name
        shutil.copy(self.path, copy)
        copy.chmod(0o700)
        os.chown(copy, *folder.owner)
        return copy


def find(name, asking="--version", package=None):
    """
    The machine's own program of this name, else the one in the folder bin of a pip package; None without.

    Only a program that runs is found, as the plain user where we are root, and that answers to ``asking``
    with its version.
    """
    for path, origin in _places(name, package):
        if os.access(path, os.X_OK) and (program := _examine(path, asking, origin)):
            return program
    return None


def _places(name, package):
    # A package's programs are in this environment's own bin as well, but they are not the machine's.
    own = Path(sys.prefix, "bin")
    for folder in (*os.get_exec_path(), *PLACES):
        if folder and Path(folder) != own:
            yield Path(folder, name), "the machine's own"
    found = importlib.util.find_spec(package) if package else None
    for folder in found.submodule_search_locations if found else ():
        yield Path(folder, "bin", name), f"the package {package}"


@cache
def _examine(path, asking, origin):
    user = plain_user()
    found = version(path, asking, user)
    # A folder that the user cannot enter, /root for instance, is no reason: they get a copy.
    copied = found is None and user is not None and not user.can_enter(path.parent)
    if copied:
        found = version(path, asking)
    return found and Program(path, found, origin, copied)


def version(path, asking, user=None):
    """The version that this program says, run as this user or as ourselves; None when it does not run."""
    options = {"capture_output": True, "text": True, "cwd": "/", **(user.options if user else {})}
    try:
        said = subprocess.run([path, asking], **options)
    except OSError:
        return None
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)  # varnishd says it where errors are said
    return found[0] if found and said.returncode == 0 else None
