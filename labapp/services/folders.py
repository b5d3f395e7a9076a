"""The private folder of a service: nobody else may enter it, and it is locked while it has an owner."""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from labapp.services.errors import ServiceError
from labapp.services.guardian import PREFIX
from labapp.services.users import User


@dataclass
class Folder:
    """A folder of mode 0700 that belongs to the plain user; whoever holds the lock open keeps it."""

    path: Path
    user: User | None
    lock: object

    @property
    def owner(self):
        """The uid and gid that it belongs to."""
        return (self.user.uid, self.user.gid) if self.user else (os.geteuid(), os.getegid())

    def write(self, name, text):
        """A file in it that its owner alone may read."""
        path = self.path / name
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        os.chown(path, *self.owner)
        return path


def make(service, user, megabytes):
    """
    A new private folder for a service run by ``user``, below TMPDIR or /tmp.

    ServiceError where it cannot be made, or less than so many megabytes are free.
    """
    parent = _parent(user)
    free = free_megabytes(parent)
    if free < megabytes:
        raise no_space(service, parent, f"it needs {megabytes} MB and {free:.0f} MB are free")
    try:
        unnamed = Path(tempfile.mkdtemp(prefix=f"new-{PREFIX}{service.lower()}-", dir=parent))
        lock = open(unnamed / "lock", "wb")
    except OSError as error:
        raise no_space(service, parent, error.strerror) from error
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.chown(unnamed, *Folder(unnamed, user, lock).owner)
    # It gets its name when it is locked, so that nobody sweeps it before.
    path = unnamed.rename(unnamed.with_name(unnamed.name.removeprefix("new-")))
    return Folder(path, user, lock)


def no_space(service, parent, why):
    """The error of a folder without room."""
    advice = "Free some space, or name another folder in TMPDIR."
    return ServiceError(f"{service} cannot keep its data in {parent}: {why}. {advice}")


def free_megabytes(folder):
    """What is free on the disk of this folder."""
    return shutil.disk_usage(folder).free / 1e6


def _parent(user):
    parents = [Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")]
    for parent in parents:
        if parent.is_dir() and (user is None or user.can_enter(parent)):
            return parent
    raise ServiceError(
        f"Servers run as {user.name} here, who may not enter {parents[0]}: name another folder in TMPDIR."
    )
