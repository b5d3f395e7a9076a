"""The guardian: a process that starts a server, stops it when its owner is gone, and removes its folder.

    python -I -S guardian.py FOLDER UID:GID

Run as a program it takes orders on its standard input, one JSON object a line, and answers each with one.
When that input ends, because the owner closed it or is no more, killed or not, the server is stopped at
once and the folder removed. Should the guardian itself be killed, Linux tells the server to stop; what is
left on the disk then is swept by the next guardian that begins.

It uses the standard library only and imports nothing of ours, so that it is there within 20 ms.
"""

import ctypes
import fcntl
import json
import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
IPC_RMID = 0
PREFIX = "lab-service-"  # of the folders' names
STOPPING = 1.0  # seconds that a server has to stop by itself
LINUX = sys.platform == "linux"
NOTE = "server.pid"  # the file in the folder with the server's process id
BARE = {"PATH": os.defpath, "LANG": "C", "LC_ALL": "C"}  # the environment of what is started


class Guardian:
    """One server, its folder, and the orders about both."""

    def __init__(self, folder, owner):
        self.folder, self.owner = folder, owner
        self.server = None  # its process id
        self.ending = signal.SIGQUIT  # what stops it at once
        self.awaited = self.number = None  # that of a program which runs to its end, and of the order
        self.woken = _signals_as_input()

    def serve(self):
        """Take orders until there is nobody left to give any."""
        rest = b""
        while True:
            ready, _, _ = select.select([0, self.woken], [], [])
            if self.woken in ready:
                self.reap()
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.obey(**json.loads(line))

    def obey(self, order, number, ending=signal.SIGQUIT, **program):
        """Do what was asked. `run` is answered when the program has ended, the others at once."""
        if order == "run":
            self.awaited, self.number = self.spawn(**program), number
        elif order == "start":
            self.ending = ending
            self.server = self.spawn(**program, note=os.path.join(self.folder, NOTE))
            answer(number=number, pid=self.server)
        elif order == "look":
            self.reap()
            answer(number=number, running=self.running)

    @property
    def running(self):
        """Whether the server, or what a killed one left behind, has not ended."""
        return self.server is not None or bool(self.orphans())

    def spawn(self, command, log, environment, note=None):
        """
        The process id of a program, started as the owner of the folder; what it says goes to the log.

        A server's process id is noted in a file, for the one who finds it left over.
        """
        mine = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._settle_in(log)
                _prctl(PR_SET_PDEATHSIG, self.ending)
                if note:
                    _write(note, str(os.getpid()))
                if os.getppid() == mine:
                    os.execve(command[0], command, {**BARE, **environment})
            except BaseException as error:  # noqa: BLE001 - the child must not go on as a second guardian
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(127)
        return pid

    def _settle_in(self, log):
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, file in enumerate((nothing, output, output)):
            os.dup2(file, number)
        os.closerange(3, 1024)  # the lock too, which a server that is left over must not hold
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        os.chdir("/")
        if self.owner != (os.geteuid(), os.getegid()):
            os.setgroups([])
            os.setgid(self.owner[1])
            os.setuid(self.owner[0])
        os.umask(0o077)

    def reap(self):
        """Note which children have ended: ours, and on Linux what a killed server left behind."""
        _drain(self.woken)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.server:
                self.server = None
                for orphan in self.orphans():
                    _kill(orphan, signal.SIGKILL)
            elif pid == self.awaited:
                self.awaited = None
                answer(number=self.number, code=os.waitstatus_to_exitcode(status))

    def orphans(self):
        """What a killed server left behind: workers that would answer in its place, or hold its port."""
        return {*_children()} - {self.server, self.awaited}

    def end(self):
        """Stop the server at once, whatever it is doing, and remove the folder."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self.server:
            _kill(self.server, self.ending)
            deadline = time.monotonic() + STOPPING
            while self.server and (left := deadline - time.monotonic()) > 0:
                select.select([self.woken], [], [], left)
                self.reap()
        self._kill_all()
        remove(self.folder)

    def _kill_all(self):
        self.reap()
        while children := {*_children(), self.server, self.awaited} - {None}:
            for pid in children:
                _kill(pid, signal.SIGKILL)
            select.select([self.woken], [], [], 0.1)
            self.reap()


def answer(**fields):
    """Say it to the owner, who may be gone already."""
    try:
        os.write(1, json.dumps(fields).encode() + b"\n")
    except BrokenPipeError:
        return


def remove(folder):
    """Remove a service's folder and the piece of shared memory that a killed PostgreSQL leaves."""
    import shutil

    _remove_shared_memory(folder)
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            return
        time.sleep(0.05)  # a process that is just ending wrote one more file


def sweep(parent):
    """Remove the folders whose owner and guardian were both killed: those with a lock that nobody holds."""
    for name in os.listdir(parent):
        folder = os.path.join(parent, name)
        if name.startswith(PREFIX):
            try:
                with open(os.path.join(folder, "lock"), "rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _stop_left_over(folder)
                    remove(folder)
            except OSError:
                continue  # held by the living, somebody else's, or swept by another at this moment


def _stop_left_over(folder):
    """Without Linux's help a server outlives its guardian: stop the one whose folder this is."""
    if pid := server_pid(folder):
        _kill(pid, signal.SIGKILL)


def server_pid(folder):
    """The process id of the server that works in this folder; None when it has ended."""
    try:
        with open(os.path.join(folder, NOTE)) as file:
            pid = file.read()
    except OSError:
        return None
    return int(pid) if pid.isdigit() and folder in _command(int(pid)) else None


def _command(pid):
    """The command line of a process; empty for one that has ended, taken notice of or not."""
    if not LINUX:
        return os.popen(f"ps -o command= -p {pid}").read()
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


def postmaster(folder):
    """The lines of PostgreSQL's own postmaster.pid: its pid, folder, start, port, ..., status; or none."""
    try:
        with open(os.path.join(folder, "data", "postmaster.pid")) as file:
            return file.read().splitlines()
    except OSError:
        return []


def _remove_shared_memory(folder):
    """The seventh line of postmaster.pid is the key and the number of a System V segment."""
    try:
        number = int(postmaster(folder)[6].split()[1])
    except (ValueError, IndexError):
        return
    ctypes.CDLL(None).shmctl(number, IPC_RMID, None)


def _signals_as_input():
    """A file that becomes readable when a child ends; being told to terminate ends us in good order."""
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return reading


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _drain(file):
    try:
        os.read(file, 4096)
    except BlockingIOError:
        return


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _prctl(option, value):
    if LINUX:
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)


def _children():
    """The process ids of our children, where the system tells them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def main(folder, owner):
    """Guard the folder until the owner is gone."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    sweep(os.path.dirname(folder))
    guardian = Guardian(folder, tuple(int(number) for number in owner.split(":")))
    try:
        guardian.serve()
    finally:
        guardian.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
