"""Where messages wait: Redis, RabbitMQ, or files in a folder, which is what Celery has without a server."""

import shutil
from contextlib import nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from labapp.experiments.parameters import BadSetting, Choice, Condition
from labapp.services import rabbitmq, redis

REDIS, RABBITMQ, FILES = "Redis", "RabbitMQ", "files"
SERVICES = {REDIS: (redis, "redis"), RABBITMQ: (rabbitmq, "amqp")}  # and the Python package that talks to it
SCHEME = "lab-files"  # of the URL for files; celery_app knows it
POLLED = 0.02  # seconds between two looks into the folder


@dataclass(frozen=True)
class Queue:
    """The queue of one turn: its name, the kind of its workers, and where its broker is.

    ``url`` and ``options`` are what Celery calls broker_url and broker_transport_options.
    """

    name: str
    kind: object
    url: str = ""
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Brokers(Choice):
    """The brokers that can be had on this machine; ``hint`` says how to get the others."""

    hint: str = ""

    def refuse(self, value):
        if self.hint and value in SERVICES:
            raise BadSetting(f"{self.name} cannot be {value!r} here. {self.hint}")
        super().refuse(value)


def broker():
    """What carries Celery's messages, a choice in the panel."""
    choices = (*filter(_is_there, SERVICES), FILES)
    hint = " ".join(service.HOW for name, (service, _) in SERVICES.items() if name not in choices)
    parameter = Brokers("broker", choices[0], help="broker", choices=choices, hint=hint)
    return Condition(parameter, lambda value: nullcontext())


def default():
    """The broker where there is no choice."""
    return REDIS if _is_there(REDIS) else FILES


def server(choice):
    """The running server behind this choice; None for files. ServiceError says why it does not run."""
    if choice == REDIS:
        return redis.broker()
    return rabbitmq.server() if choice == RABBITMQ else None


def queue(choice, name, kind, folder):
    """A new Queue with this broker, for workers of this kind; files lie below ``folder``."""
    if not kind.uses_broker:
        return Queue(name, kind)
    if choice == FILES:
        shutil.rmtree(folder, ignore_errors=True)
        return Queue(name, kind, f"{SCHEME}://", _files(Path(folder, name)))
    options = {}
    if choice == REDIS:
        redis.broker().flush()  # of what the turns before have left
        # Whatever was not acknowledged is looked for once a second, not every hundred, and a worker that is
        # killed while it looks keeps the others from it for a second, not for five minutes.
        options = {
            "visibility_timeout": kind.visibility_timeout, "unacked_mutex_expire": 1,
            "unacked_restore_throttle": 1, "unacked_restore_interval": 1,
        }
    return Queue(name, kind, server(choice).url, options)


def _files(folder):
    places = {name: folder / name for name in ("messages", "control", "taken")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    messages = str(places["messages"])
    return {
        "data_folder_in": messages, "data_folder_out": messages, "control_folder": str(places["control"]),
        # Else it reads them in /tmp.
        "store_processed": True, "processed_folder": str(places["taken"]), "polling_interval": POLLED,
    }


def _is_there(name):
    service, package = SERVICES[name]
    return service.find() is not None and find_spec(package) is not None
