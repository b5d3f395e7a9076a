"""Varnish as a service: an edge of this process's own, in a private folder, gone when the process is.

    edge = varnish.server()
    edge.load(text)               # VCL; it serves by it from now on, on http://127.0.0.1:{edge.port}
    edge.command("ban req.url ~ ^/photos/")
    edge.counters()["MAIN.cache_hit"]

It listens on the loopback only, and takes commands there from whoever knows its secret. Edge-side includes
are read in pages of any kind. Nothing is kept on the disk but the compiled VCL.
"""

import json
import re
import secrets
import subprocess

from labapp.services import executable, varnish_cli
from labapp.services.daemon import Installed, Shared
from labapp.services.errors import ServiceError
from labapp.services.ports import free_port
from labapp.services.users import plain_user

HOW = (
    "Varnish comes with the system (Debian and Ubuntu: apt-get install varnish; macOS: brew install varnish)."
)
COMPILER = (
    "it compiles VCL with a C compiler, and there is none (Debian and Ubuntu: apt-get install gcc libc6-dev; "
    "macOS: xcode-select --install)"
)
NOTHING = """\
vcl 4.1;
backend default none;
sub vcl_recv { return (synth(503, "No VCL is loaded.")); }
"""
PARAMETERS = (
    "feature=+esi_disable_xml_check",  # a fragment need not look like XML
    "thread_pools=1",
    "vsl_space=1M",  # of log on the disk, which nobody reads
)
MEMORY = 64  # megabytes, as Redis and Memcached have


def find():
    """The varnishd of this machine as a Program; None where there is none."""
    return executable.find("varnishd", asking="-V")


class Server(Installed):
    """A running Varnish. It serves by the VCL that was loaded last, also after a restart."""

    name = "Varnish"

    def __init__(self):
        self._loaded = 0  # how often
        user = plain_user()
        self._options = user.options if user else {}
        super().__init__(find(), HOW)

    @property
    def address(self):
        """Where it serves: http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self.port}"

    def load(self, text):
        """Serve by this VCL from now on; ServiceError with Varnish's complaint, and then nothing changes."""
        self._loaded += 1
        name, end = f"loaded_{self._loaded}", secrets.token_hex(8)
        try:
            self._ask(f"vcl.inline {name} << {end}\n{text}\n{end}")
        except varnish_cli.Refused as refusal:
            complaint = self.complaint(str(refusal))
            raise ServiceError(f"Varnish does not accept the VCL: {complaint}.") from None
        self._ask(f"vcl.use {name}")
        self._vcl.write_text(text)
        for line in self._ask("vcl.list").splitlines():
            if line.startswith("available"):
                self._ask(f"vcl.discard {line.split()[4]}")

    def command(self, words):
        """What Varnish answers to a command of its command line: "ban req.url ~ ^/photos/"."""
        try:
            return self._ask(words)
        except varnish_cli.Refused as refusal:
            said = " ".join(str(refusal).split())
            raise ServiceError(f"Varnish refuses the command {words!r}: {said}") from None

    def counters(self):
        """What Varnish has counted since its child process started: {"MAIN.cache_hit": 7, ...}"""
        reader = executable.find("varnishstat", asking="-V")
        if reader is None:
            raise ServiceError(f"There is no varnishstat beside Varnish. {HOW}")
        command = [reader.path, "-n", self._work, "-1", "-j"]
        said = subprocess.run(command, capture_output=True, text=True, cwd="/", **self._options)
        if said.returncode:
            raise ServiceError(f"varnishstat fails: {said.stderr.strip()}")
        return {name: counter["value"] for name, counter in json.loads(said.stdout)["counters"].items()}

    def flush(self):
        """Forget every object; what is fetched from now on is kept."""
        self._ask("ban obj.status != 0")

    def prepare(self):
        """Write the secret, and the VCL that answers until another is loaded."""
        folder = self._guarded.folder
        self._binary = self.program.for_owner(folder)
        self._secret_file = folder.write("secret", self.password)
        self._vcl = folder.write("edge.vcl", NOTHING)
        self._work = folder.path / "work"

    def invocation(self, port):
        """The words that start it."""
        self._commands_port = free_port()
        parameters = [word for parameter in PARAMETERS for word in ("-p", parameter)]
        return [
            self._binary, "-F", "-j", "none", "-n", self._work, "-a", f"127.0.0.1:{port}",
            "-T", f"127.0.0.1:{self._commands_port}", "-S", self._secret_file, "-f", self._vcl,
            "-s", f"malloc,{MEMORY}m", *parameters,
        ]  # fmt: skip

    def answers(self, port):
        """Whether it takes our secret, and serves."""
        try:
            return "running" in self._ask("status")
        except varnish_cli.Refused:  # the secret, because it is another's
            return False

    def complaint(self, said):
        """What Varnish has against its VCL, or against starting."""
        if re.search(r"from C-compiler:\s+.*not found", said):
            return COMPILER
        told = re.search(r"(?:Message from (?:VCC|C)-compiler:\s*|Error: )(.+)", said)
        what = told[1].strip().rstrip(".") if told else super().complaint(said)
        place = re.search(r"\('<(.+?)>' Line (\d+)", said)
        if place is None:
            return what
        # It reads its own VCL after ours: what is wrong there was left open before.
        own = place[1] == "builtin"
        return f"{what} ({'after the last line; is a brace left open?' if own else f'line {place[2]}'})"

    def _ask(self, words):
        return varnish_cli.ask(self._commands_port, self.password, words)


server = Shared(Server)
running = server.running
