"""Install the Debian packages that the tests need, where that may be done unasked; else name what is missing.

The parts and their packages are in tests/requires.py. A missing part is no error here, for its tests are
skipped by name; with CI=true it is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.requires import PARTS, in_ci, missing


def may_become_root() -> list[str] | None:
    """The words to put before a command so that root runs it, or None where a password would be asked."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def apt_install(packages: list[str]) -> bool:
    """Install the packages; False where there is no apt, no right to use it, or apt failed and said why."""
    become = may_become_root()
    if become is None or not shutil.which("apt-get"):
        return False
    print(f"Installing for the tests, once: {', '.join(packages)} (apt-get).", flush=True)
    apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        run = subprocess.run([*apt, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            print(run.stdout, file=sys.stderr)
            return False
    return True


def is_ubuntu() -> bool:
    """Whether this is an Ubuntu, whose Chromium is a snap that a test cannot drive."""
    release = Path("/etc/os-release")
    return release.exists() and "\nID=ubuntu\n" in "\n" + release.read_text()


def install(names: set[str]) -> None:
    """Install these parts, as far as that may be done."""
    if "chromium" in names and is_ubuntu() and may_become_root() is not None:
        print("Installing for the tests, once: Playwright's Chromium.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])
        names = names - {"chromium"}
    if names:
        apt_install(sorted({PARTS[name].package for name in names}))


def main() -> int:
    """Install what is missing, then say what still is."""
    if not missing():
        return 0
    install({part.name for part in missing()})
    still = missing()
    for part in still:
        print(f"Missing: {part.name}. The tests that need it are skipped and say so; on Debian and Ubuntu "
              f"`sudo apt-get install {part.package}` brings it.")
    return 1 if still and in_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
