"""A PostgreSQL data folder: how it is made, how a server starts on it, and what that complains about."""

import re

from labapp.services.daemon import trouble
from labapp.services.errors import ServiceError
from labapp.services.guardian import postmaster
from labapp.services.ports import Taken

NEEDS = 150  # megabytes: an empty one has 40, its log grows by pieces of 16, and there is to be data
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Under /dev/shm a killed server would leave its pieces behind, and a container has little room there.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Busy(ServiceError):
    """What is left of the server before still uses the data."""


def make(guarded, programs, password):
    """Make the data folder with the superuser "admin"; ServiceError says why not."""
    folder = guarded.folder
    secret = folder.write("password", password)
    code = guarded.run(
        [programs / "initdb", "-D", folder.path / "data", "-U", "admin", "-A", "scram-sha-256",
         f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "--no-sync"],
        "initdb.log",
    )  # fmt: skip
    secret.unlink()
    if code:
        raise refusal(folder.path, (folder.path / "initdb.log").read_text(errors="replace"))


def invocation(programs, folder, port, extensions):
    """The words that start the server with these extensions."""
    settings = {**SETTINGS, "shared_preload_libraries": ",".join(sorted(extensions))}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [programs / "postgres", "-D", folder / "data", "-p", port, *words]


def ready(folder, pid):
    """Whether the server takes connections: a line of postmaster.pid is its process, another its status."""
    lines = postmaster(folder)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def settle(folder):
    """Make the data of a server that ended without its guardian ready for another."""
    # PostgreSQL takes the number in it for a living server where nobody takes notice of those that ended. The
    # data are safe without it: the shared memory says whether anybody still uses them.
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)


def refusal(folder, said):
    """What a program wrote before it gave up, as an error of one sentence."""
    if "could not create any TCP/IP sockets" in said:
        return Taken("PostgreSQL's port is taken.")
    if "is still in use" in said:
        return Busy("The PostgreSQL before has not ended.")
    return trouble("PostgreSQL", folder, said, _complaint)


def _complaint(said):
    complaints = re.findall(r"(?:FATAL|PANIC|error|Error):\s*(.+)", said) or said.splitlines()
    return (complaints or ["it does not say why"])[0].strip()
