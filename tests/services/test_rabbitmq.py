"""RabbitMQ in a kernel: nothing is left of it but, after a crash, the messages; and it has no epmd."""

import subprocess
import sys

import psutil
import pytest

from labapp.services import ServiceError, rabbitmq, users
from tests.requires import needs
from tests.services.kernels import runs, wait_for

CHANNEL = "(channel := rabbitmq.server().connection().channel())"
DECLARE = f"{CHANNEL}.queue_declare('kept', durable=True, auto_delete=False)"
PUBLISH = "channel.basic_publish_confirm(amqp.Message('x', delivery_mode=2), routing_key='kept')"


def epmds():
    """The process ids of every epmd of this machine; it may have one of its own."""
    return {process.pid for process in psutil.process_iter() if process.name() == "epmd"}


def test_a_killed_one_comes_back_with_its_messages_and_goes_with_the_kernel(kernels):
    kernel = kernels("import amqp\n").start("rabbitmq")
    port = kernel.ask("rabbitmq.server().port")
    assert kernel.ask(f"[{DECLARE}, {PUBLISH}, channel.connection.close(), 1][-1]") == 1
    kernel.kill("server")
    wait_for(lambda: not kernel.ask("rabbitmq.running()"), "it is known to be dead")
    assert kernel.ask(f"[{DECLARE}.message_count, rabbitmq.server().port]") == [1, port]
    kernel.ask("rabbitmq.server().delete('kept', 'never declared')")
    assert kernel.ask(f"{DECLARE}.message_count") == 0
    kernel.look()
    kernel.kill("kernel")
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")


def test_without_a_guardian_it_ends_and_the_next_start_of_any_server_removes_its_folder(kernels):
    kernel = kernels().start("rabbitmq")
    kernel.kill("guardian", "kernel")
    wait_for(lambda: not any(map(runs, kernel.family)), "the server has ended")
    kernels().start("redis")
    wait_for(lambda: not kernel.folder.exists(), "the folder is swept")


def test_it_asks_no_name_server(a_rabbitmq):
    names = {child.name() for child in psutil.Process(a_rabbitmq.pid).children(recursive=True)}
    assert "erl_child_setup" in names and "inet_gethost" not in names


def test_what_it_starts_each_minute_to_have_an_epmd_starts_none(a_rabbitmq):
    before, user = epmds(), users.plain_user()
    options = user.options if user else {}
    starter = [a_rabbitmq.program.erlang, "-sname", "starter", "-noinput", "-s", "erlang", "halt"]
    environment = {"PATH": "/usr/bin:/bin", **a_rabbitmq.environment()}
    ran = subprocess.run(starter, env=environment, cwd="/", capture_output=True, **options)
    assert ran.returncode == 0 and epmds() == before


def test_one_that_does_not_start_says_why(monkeypatch, temporary):
    needs("rabbitmq")
    monkeypatch.setattr(rabbitmq, "SETTINGS", "not a term")
    with pytest.raises(ServiceError, match="^RabbitMQ does not start: .*failed_to_read_.*configuration_file"):
        rabbitmq.Server()


def test_one_that_is_missing_says_how_to_get_it(nothing_here):
    with pytest.raises(ServiceError, match="^There is no RabbitMQ here. .*apt-get install rabbitmq-server"):
        rabbitmq.Server()


def test_a_client_that_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "amqp", None)
    with pytest.raises(ServiceError, match="^Python's client for RabbitMQ is missing. .*pip install amqp"):
        rabbitmq.Server()
