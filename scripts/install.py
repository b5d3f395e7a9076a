"""install.py lab|test: make .venv and install the requirements into it, unless that is done.

What was installed is noted in .venv/installed-lab or .venv/installed-test, at the very end, so that an
interrupted install is begun again. A note is good for the same requirements, Python and place on the disk.
"""

from __future__ import annotations

import collections
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"lab": ["requirements.txt"], "test": ["requirements.txt", "requirements-test.txt"]}
WHAT = {"lab": "JupyterLab, Django and what the lab needs", "test": "what the tests need"}


def key(kind: str) -> str:
    """What an install of this kind depends on, as a hash."""
    version = subprocess.run([PYTHON, "-VV"], capture_output=True, text=True, check=True).stdout
    parts = [version, str(ROOT), *(Path(ROOT, name).read_text() for name in REQUIREMENTS[kind]),
             Path(ROOT, "pyproject.toml").read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two calls at the same time: the second waits for the first, and then finds everything done."""
    with open(ROOT / ".install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment_works() -> bool:
    """Whether .venv has a Python that is new enough, and a pip."""
    if not PYTHON.exists():
        return False
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", code], capture_output=True).returncode == 0


def show(line: str) -> None:
    """One line that is overwritten by the next, on a terminal only."""
    if sys.stdout.isatty():
        width = os.get_terminal_size().columns - 1
        print(f"\r{line[:width]:<{width}}", end="", flush=True)


def complain(sentence: str) -> None:
    """Say what is wrong."""
    print(sentence, file=sys.stderr)


def pip_install(kind: str) -> int:
    """Run pip and show what it is at; when it fails, print the end of what it said. Returns its status."""
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    files = [part for name in REQUIREMENTS[kind] for part in ("-r", name)]
    command = [PYTHON, "-m", "pip", "install", *options, *files]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    last = collections.deque(maxlen=30)
    with subprocess.Popen(command, cwd=ROOT, **output) as pip:
        for line in pip.stdout:
            last.append(line)
            show("  " + line.strip())
    show("")
    if pip.returncode:
        print("\n" + "".join(last), file=sys.stderr)
    return pip.returncode


def install(kind: str) -> int:
    """Bring .venv up to date for ``kind`` and return an exit status; silent when there is nothing to do."""
    note = VENV / f"installed-{kind}"
    if PYTHON.exists() and note.exists() and note.read_text() == key(kind):
        return 0
    if not environment_works():
        print(f"Making .venv with Python {sys.version.split()[0]}.", flush=True)
        # The Python that runs this may be the one in .venv, which cannot make itself.
        base = getattr(sys, "_base_executable", sys.executable)
        command = [base, "-m", "venv", "--clear", VENV]
        subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"Installing {WHAT[kind]} into .venv; the first time this takes a minute or two.", flush=True)
    note.unlink(missing_ok=True)
    if pip_install(kind):
        complain(f"pip could not install {REQUIREMENTS[kind][-1]} for the reason above; mend that and call "
                 "make again.")
        return 1
    note.write_text(key(kind))
    return 0


def main(kinds: list[str]) -> int:
    """Install each kind in turn; Ctrl-C leaves no note, so the next call begins again."""
    if not kinds or set(kinds) - set(REQUIREMENTS):
        complain(f"install.py takes {' or '.join(REQUIREMENTS)}, not {' '.join(kinds) or 'nothing'}.")
        return 2
    try:
        with one_at_a_time():
            return max(install(kind) for kind in kinds)
    except KeyboardInterrupt:
        complain("\nStopped; call make again to go on.")
        return 130
    except subprocess.CalledProcessError as error:
        complain(f"{error.stdout}{error.stderr}\nMaking .venv failed, for the reason above.")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
