"""A PostgreSQL data folder: made, its server started on a free port, and its complaints in one sentence."""

import re
import socket
import time

from labapp.services import folders
from labapp.services.errors import ServiceError
from labapp.services.guardian import postmaster

NEEDS = 150  # megabytes: an empty one has 40, its log grows by pieces of 16, and there is to be data
PATIENCE = 60  # seconds until a server that does not answer is given up
PORTS = 5  # that are tried, when somebody else is quicker
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Under /dev/shm a killed server would leave its pieces behind, and a container has little room there.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Taken(ServiceError):
    """The port that was free a moment ago is not."""


class Busy(ServiceError):
    """What is left of the server before still uses the data."""


def make(guarded, programs, password):
    """Make the data folder with the superuser "admin"; ServiceError says why not."""
    secret = guarded.folder.write("password", password)
    code = guarded.run(
        [programs / "initdb", "-D", guarded.folder.path / "data", "-U", "admin", "-A", "scram-sha-256",
         f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "--no-sync"],
        "initdb.log",
    )  # fmt: skip
    secret.unlink()
    if code:
        raise trouble(guarded.folder, "initdb.log")


def start(guarded, programs, extensions, port=None):
    """Start the server on this port or, where that is taken or none, on another; the port."""
    deadline, taken = time.monotonic() + PATIENCE, 0
    while True:
        port = port or free_port()
        try:
            _start(guarded, programs, extensions, port)
            return port
        except Taken:
            port, taken = None, taken + 1
            if taken == PORTS:
                raise ServiceError(f"PostgreSQL found {PORTS} ports taken that had been free.") from None
        except Busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def settle(folder):
    """Make the data of a server that ended without its guardian ready for another."""
    # PostgreSQL takes the number in it for a living server where nobody takes notice of those that ended. The
    # data are safe without it: the shared memory says whether anybody still uses them.
    (folder.path / "data" / "postmaster.pid").unlink(missing_ok=True)


def _start(guarded, programs, extensions, port):
    settings = {**SETTINGS, "shared_preload_libraries": ",".join(sorted(extensions))}
    log = guarded.folder.path / "server.log"
    read_from = log.stat().st_size if log.exists() else 0
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    pid = guarded.start(
        [programs / "postgres", "-D", guarded.folder.path / "data", "-p", port, *words], log.name
    )
    deadline = time.monotonic() + PATIENCE
    while not _ready(guarded.folder.path, pid):
        if not guarded.running:
            raise trouble(guarded.folder, log.name, read_from)
        if time.monotonic() > deadline:
            raise ServiceError(f"PostgreSQL does not get ready within {PATIENCE} s.")
        time.sleep(0.002)


def _ready(folder, pid):
    """The first line of postmaster.pid is the process, the eighth its status."""
    lines = postmaster(folder)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def free_port():
    """A port of the loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def trouble(folder, log, read_from=0):
    """What a program wrote before it gave up, as an error of one sentence."""
    said = (folder.path / log).read_bytes()[read_from:].decode(errors="replace")
    if "Address already in use" in said or "could not create any TCP/IP sockets" in said:
        return Taken("PostgreSQL's port is taken.")
    if "is still in use" in said:
        return Busy("The PostgreSQL before has not ended.")
    if re.search("No space left on device|File too large|Disk quota exceeded", said):
        why = f"the disk is full ({folders.free_megabytes(folder.path):.0f} MB are free)"
        return folders.no_space("PostgreSQL", folder.path.parent, why)
    complaints = re.findall(r"(?:FATAL|PANIC|error|Error):\s*(.+)", said) or said.splitlines()
    return ServiceError(f"PostgreSQL does not start: {(complaints or ['it does not say why'])[0].strip()}")
