"""The suite on each Python and Django that the lab works with: `make versions`, or nox -s "suite-3.13".

requirements.txt chooses the Django: 5.2 on Python 3.11, 6.1 on newer ones.
"""

from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True

EXPECTED = {"3.11": "5.2", "3.12": "6.1", "3.13": "6.1"}


def interpreter(version: str) -> str:
    """Where this Python is: pyenv's own folder first, for its name on the PATH may refuse to run."""
    folders = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    newest = max(folders, key=lambda path: int(path.parts[-3].split(".")[2]), default=None)
    return str(newest or f"python{version}")


def run_suite(session: nox.Session, version: str) -> None:
    """Install what `make test` installs and run the suite, after a look at which Django came."""
    session.install("-r", "requirements-test.txt")
    code = "import django; print('.'.join(map(str, django.VERSION[:2])))"
    django = session.run("python", "-c", code, silent=True)
    # With --install-only nothing runs, and nothing is to be compared.
    if django and django.strip() != EXPECTED[version]:
        session.error(f"Django {django.strip()} came; Python {version} is for Django {EXPECTED[version]}.")
    session.run("python", "-m", "pytest", *session.posargs)


def add_session(version: str) -> None:
    """One session for one Python, called suite-3.12 and so on."""
    @nox.session(python=interpreter(version), name=f"suite-{version}")
    def suite(session: nox.Session) -> None:
        run_suite(session, version)


for version in EXPECTED:
    add_session(version)
