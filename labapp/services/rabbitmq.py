"""RabbitMQ as a service: a broker of this process's own, in a private folder, gone when the process is.

    server = rabbitmq.server()
    server.url                    # amqp://lab:password@127.0.0.1:port//

It listens on the loopback only, has one user, whose password is random, and no plugins. The Erlang machine is
the process itself, a node that talks to no other: there is no epmd, and no port but that of AMQP.
"""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from labapp.services import executable
from labapp.services.daemon import TIMEOUT, Installed, Shared
from labapp.services.errors import ServiceError

HOW = (
    "RabbitMQ comes with the system (Debian and Ubuntu: apt-get install rabbitmq-server; macOS: brew install "
    "rabbitmq), and is talked to by py-amqp (pip install amqp)."
)
HOMES = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*",
    "/opt/homebrew/opt/rabbitmq",
    "/usr/local/opt/rabbitmq",
)
NODE = "lab@127.0.0.1"
SETTINGS = """\
[{{rabbit, [
    {{default_user, <<"{username}">>}},
    {{default_pass, <<"{password}">>}},
    {{vm_memory_high_watermark, {{absolute, "{memory}MB"}}}}
]}}].
"""
NO_NAME_SERVER = '{lookup, [file]}.\n{host, {127,0,0,1}, ["localhost"]}.\n'
# RabbitMQ has Erlang start an epmd, and look for it every minute. With these, Erlang never does; they are in
# the environment because the programs that RabbitMQ starts for this must read them, too.
ALONE = "-start_epmd false -erl_epmd_port 1 -dist_listen false"
MACHINE = (
    "-noinput", "-boot", "start_sasl", "-s", "rabbit", "boot", "+S", "2:2",
    "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none",
    "-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false",
    "-kernel", "prevent_overlapping_partitions", "false",
)  # fmt: skip
MEMORY = 256  # megabytes, half of which it has when it is empty; from there on it lets publishers wait


@dataclass(frozen=True)
class Programs:
    """RabbitMQ in its folder ``path``, and the Erlang that runs it."""

    path: Path
    erlang: Path
    version: str
    origin: str = "the machine's own"


def find():
    """The newest RabbitMQ of this machine as Programs; None without it, or without Erlang."""
    erlang = executable.find("erl", asking="-version")
    homes = [Path(home) for pattern in HOMES for home in Path("/").glob(pattern[1:])]
    there = [(version, home) for home in homes if (version := _version(home))]
    if erlang is None or erlang.copied or not there:  # a copy of Erlang's program would not find the rest
        return None
    version, home = max(there)
    return Programs(home, erlang.path, ".".join(map(str, version)))


def _version(home):
    """As a tuple, by the name of the folder that its main part is in; None where it is not."""
    names = [re.fullmatch(r"rabbit-(\d+)\.(\d+)\.(\d+)", each.name) for each in home.glob("plugins/rabbit-*")]
    return max((tuple(map(int, name.groups())) for name in names if name), default=None)


def words(programs):
    """What starts it in the foreground."""
    return [programs.erlang, "-name", NODE, *MACHINE]


def surroundings(programs, folder, port):
    """The environment to start it in: everything is in this folder, nothing of the machine's own is read."""
    plugins = programs.path / "plugins"
    return {
        "HOME": str(folder), "ERL_LIBS": str(plugins), "ERL_FLAGS": ALONE, "ERL_INETRC": f"{folder}/inetrc",
        "ERL_CRASH_DUMP_SECONDS": "0", "RABBITMQ_HOME": str(programs.path),
        "RABBITMQ_NODENAME": NODE, "RABBITMQ_USE_LONGNAME": "true",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.config",
        "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/none", "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
        "RABBITMQ_PLUGINS_DIR": str(plugins), "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
        "RABBITMQ_LOG_BASE": f"{folder}/log", "RABBITMQ_LOGS": "-", "RABBITMQ_LOG": "warning,-color",
    }  # fmt: skip


class Server(Installed):
    """A running RabbitMQ. What its queues have written to the disk is there again after a restart."""

    name = "RabbitMQ"
    username = "lab"
    megabytes = 150  # with less than 50 it lets publishers wait
    patience = 60  # seconds, for Erlang begins slowly where others want the processors, too

    def __init__(self):
        self._driver = _driver()
        super().__init__(find(), HOW)

    @property
    def url(self):
        """Where it is, with the password: amqp://lab:password@127.0.0.1:port//"""
        return f"amqp://{self.username}:{self.password}@127.0.0.1:{self.port}//"

    def connection(self, port=None, **options):
        """A connection of py-amqp, open; amqp.AMQPError or OSError where there is none to be had."""
        login = {"userid": self.username, "password": self.password, **options}
        connection = self._driver.Connection(f"127.0.0.1:{port or self.port}", **login)
        connection.connect()
        return connection

    def delete(self, *queues):
        """Forget these queues with all that waits in them; one that is not there is forgotten already."""
        with self.connection() as connection:
            for queue in queues:
                connection.channel().queue_delete(queue)

    def prepare(self):
        """Write what it reads: the password, a secret for nodes that it never talks to, no plugins."""
        folder = self._guarded.folder
        settings = {"username": self.username, "password": self.password, "memory": MEMORY}
        folder.write("rabbitmq.config", SETTINGS.format(**settings))
        folder.write(".erlang.cookie", secrets.token_hex(16))
        folder.write("plugins", "[].\n")
        folder.write("inetrc", NO_NAME_SERVER)

    def invocation(self, port):
        """The words that start it."""
        self._port = port
        return words(self.program)

    def environment(self):
        """Where everything is."""
        return surroundings(self.program, self.folder, self._port)

    def answers(self, port):
        """Whether it takes our password, which no other does."""
        try:
            with self.connection(port, connect_timeout=TIMEOUT, read_timeout=TIMEOUT):
                return True
        except self._driver.AMQPError:
            return False

    def complaint(self, said):
        """What RabbitMQ has against starting: the first thing that it says of it."""
        told = re.search(r"during startup:\s+(.+)", said)
        return told[1].strip() if told else super().complaint(said)


def _driver():
    try:
        import amqp
    except ImportError as error:
        raise ServiceError(f"Python's client for RabbitMQ is missing. {HOW}") from error
    return amqp


server = Shared(Server)
running = server.running
