"""A server that died is started again on its own data."""

import socket

from tests.services.kernels import wait_for

ROWS = "postgresql.server().admin().execute('SELECT n FROM kept').fetchall()"


def keep_a_row(kernel):
    kernel.ask("str(postgresql.server().admin().execute('CREATE TABLE kept AS SELECT 7 AS n'))")


def die(kernel, *victims):
    kernel.kill(*victims)
    wait_for(lambda: not kernel.ask("postgresql.running()"), "it is known to be dead")


def test_a_killed_server_comes_back_with_its_data_and_port(kernel):
    keep_a_row(kernel)
    port = kernel.ask("postgresql.server().port")
    die(kernel, "server")
    assert kernel.ask(ROWS) == [[7]]
    assert kernel.ask("[postgresql.server().port, postgresql.server().restarts]") == [port, 1]


def test_so_does_one_whose_guardian_was_killed(kernel):
    keep_a_row(kernel)
    die(kernel, "guardian")
    assert kernel.ask(ROWS) == [[7]]
    kernel.look()
    kernel.kill("kernel")
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the new guardian removes the folder")


def test_and_one_that_was_killed_with_its_guardian(kernel):
    keep_a_row(kernel)
    die(kernel, "server", "guardian")
    assert kernel.ask(ROWS) == [[7]]


def test_it_comes_back_again_and_again(kernel):
    keep_a_row(kernel)
    for time in (1, 2, 3):
        die(kernel, "server")
        assert kernel.ask("postgresql.server().restarts") == time
        kernel.look()
    assert kernel.ask(ROWS) == [[7]]


def test_where_its_port_is_taken_it_comes_back_on_another(kernel):
    keep_a_row(kernel)
    port = kernel.ask("postgresql.server().port")
    die(kernel, "server")
    with socket.create_server(("127.0.0.1", port)):
        assert kernel.ask(ROWS) == [[7]]
        assert kernel.ask("postgresql.server().port") != port
    assert kernel.ask("postgresql.server().entry()['PORT'] == str(postgresql.server().port)")


def test_a_durability_that_was_chosen_outlives_a_restart(kernel):
    kernel.ask("postgresql.server().fsync(False)")
    die(kernel, "server")
    assert kernel.ask("postgresql.server().admin().execute('SHOW fsync').fetchone()") == ["off"]
