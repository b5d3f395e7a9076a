"""The plain user that servers run as: nobody special when we are, and somebody else when we are root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from labapp.services.errors import ServiceError

PREFERRED = ("postgres", "nobody")
FIRST_PERSON = 1000  # the uids of people begin here


@dataclass(frozen=True)
class User:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    @property
    def options(self):
        """What makes `subprocess` run a program as this user, and with none of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder):
        """Whether this user may go into the folder, by the permissions of it and of all above it."""
        folder = Path(folder).resolve()
        return all(self._may_search(each.stat()) for each in (folder, *folder.parents))

    def _may_search(self, status):
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))


def plain_user():
    """
    The user that servers run as when we are root, who may not run them: `postgres`, `nobody`, or a person.

    None when we are an ordinary user, who runs them in person. ServiceError when there are only root's own.
    """
    if os.geteuid() != 0:
        return None
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    people = [entry.pw_name for entry in entries.values() if entry.pw_uid >= FIRST_PERSON]
    for name in (*PREFERRED, *people):
        if name in entries:
            entry = entries[name]
            return User(name, entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        "Servers refuse to run as root, and this machine has no other user: add one (useradd postgres)."
    )
