"""Redis, Memcached and Varnish in a kernel: started again when they died, and gone with the kernel."""

import socket

import psutil
import pytest

from tests.services.kernels import runs, wait_for

# Something that only a server which works can answer.
ASKED = {
    "redis": "redis.server().client().ping()",
    "memcached": "memcached.server().client().stats()[b'pid'] > 0",
    "varnish": "'running' in varnish.server().command('status')",
}


@pytest.fixture(params=ASKED)
def kernel(request, kernels):
    """A Kernel whose server, one of each service, has been started."""
    return kernels().start(request.param)


def ask(kernel, attribute):
    """Of the server that the kernel has, or gets."""
    return kernel.ask(f"{kernel.service}.server().{attribute}")


def die(kernel, *victims):
    kernel.kill(*victims)
    wait_for(lambda: not kernel.ask(f"{kernel.service}.running()"), "it is known to be dead")


def works(kernel):
    return kernel.ask(ASKED[kernel.service])


def test_a_kernel_that_ends_leaves_nothing(kernel):
    kernel.end()
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")


@pytest.mark.parametrize("victims", [("kernel",), ("server", "kernel"), ("kernel", "server")], ids="+".join)
def test_a_killed_kernel_leaves_nothing(kernel, victims):
    kernel.kill(*victims)
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")


@pytest.mark.parametrize("victims", [("guardian", "kernel"), ("server", "guardian", "kernel")], ids="+".join)
def test_without_a_guardian_the_next_start_cleans_up(kernel, kernels, victims):
    kernel.kill(*victims)
    wait_for(lambda: not any(map(runs, kernel.family)), "the server has ended")
    other = kernels().start(kernel.service)
    wait_for(lambda: not kernel.folder.exists(), "the folder is swept")
    kernel.wait_until_gone()
    assert works(other)


def test_a_server_that_is_left_over_is_stopped_by_the_next_start(kernels):
    """As where the system does not end a program with its guardian."""
    kernel = kernels("from labapp.services import guardian\n").start("redis")
    note, strange = kernel.folder / "server.pid", psutil.Popen(["sleep", "60", str(kernel.folder)])
    note.write_text(str(strange.pid))
    kernel.kill("guardian", "kernel")
    wait_for(lambda: not any(map(runs, kernel.family)), "the server has ended")
    kernels().start("redis")
    strange.wait(30)
    wait_for(lambda: not kernel.folder.exists(), "the folder is swept")


def test_a_killed_server_comes_back_on_its_port(kernel):
    port = ask(kernel, "port")
    for time in (1, 2):
        die(kernel, "server")
        assert [ask(kernel, "port"), ask(kernel, "restarts")] == [port, time]
        assert works(kernel)
        kernel.look()


@pytest.mark.parametrize("victims", [("guardian",), ("server", "guardian")], ids="+".join)
def test_so_does_one_whose_guardian_was_killed(kernel, victims):
    die(kernel, *victims)
    assert works(kernel)
    kernel.look()
    kernel.kill("kernel")
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the new guardian removes the folder")


def test_where_its_port_is_taken_it_comes_back_on_another(kernel):
    port = ask(kernel, "port")
    die(kernel, "server")
    with socket.create_server(("127.0.0.1", port)):
        assert works(kernel) and ask(kernel, "port") != port


def test_it_kills_itself_for_an_experiment(kernel):
    family = kernel.family[1:]
    ask(kernel, "kill()")
    assert not kernel.ask(f"{kernel.service}.running()") and not any(map(runs, family))
    assert works(kernel)


def test_two_kernels_have_two_servers(kernel, kernels):
    other = kernels().start(kernel.service)
    assert kernel.folder != other.folder and ask(kernel, "port") != ask(other, "port")
    other.kill("kernel")
    other.wait_until_gone()
    assert works(kernel) and ask(kernel, "restarts") == 0


def test_a_forked_child_has_a_server_of_its_own_and_leaves_ours(kernel):
    service = kernel.service
    told = "os.read(pipe[0], 99).decode()"
    tell = f"[os.write(pipe[1], b'%d' % {service}.server().port), {service}.server().stop(), os._exit(0)]"
    theirs = kernel.ask(f"[pipe := os.pipe(), pid := os.fork(), {told} if pid else {tell}][2]")
    assert int(theirs) != ask(kernel, "port")
    assert works(kernel) and ask(kernel, "restarts") == 0


def test_after_a_stop_nothing_is_left_and_there_is_a_new_one(kernel):
    ask(kernel, "stop()")
    kernel.wait_until_gone()
    assert not kernel.folder.exists()
    assert works(kernel) and ask(kernel, "restarts") == 0
