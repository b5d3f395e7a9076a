"""Whoever is killed: the generator does not outlive its kernel, and the kernel gets another generator."""

import os
import signal
import sys

import psutil
import pytest

from labapp.services import ServiceError
from labapp.services.traffic import Generator, generator
from tests.services.kernels import Kernel, runs, wait_for
from tests.services.traffic import HELLO, Site, taken

IMPORT = "from labapp.services.traffic import generator\nimport threading\n"


@pytest.fixture
def kernel():
    """A process that has a load generator: ``generator`` is the generator's own process."""
    made = Kernel(IMPORT)
    made.generator = psutil.Process(made.ask("generator().pid"))
    yield made
    made.process.kill()
    made.end()


def gone(kernel):
    wait_for(lambda: not runs(kernel.generator), "the generator has ended")


def test_it_ends_with_its_kernel(kernel):
    kernel.end()
    gone(kernel)


def test_a_killed_kernel_leaves_nothing(kernel):
    kernel.process.kill()
    gone(kernel)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the one that started it")
def test_a_generator_that_cannot_notice_ends_as_well(kernel):
    kernel.generator.suspend()
    kernel.process.kill()
    gone(kernel)


def test_the_thread_that_asked_for_it_may_end():
    kernel = Kernel(IMPORT)
    asked = "[t := threading.Thread(target=generator), t.start(), t.join(), generator().pid][-1]"
    pid = kernel.ask(asked)
    assert kernel.ask("generator().pid") == pid and runs(psutil.Process(pid))
    kernel.end()


def test_a_signal_of_the_terminal_does_not_end_it(kernel):
    os.killpg(kernel.process.pid, signal.SIGWINCH)
    assert os.getpgid(kernel.generator.pid) != kernel.process.pid


def test_a_killed_generator_is_an_error_of_one_sentence_and_the_next_call_has_another(kernel):
    kernel.generator.kill()
    gone(kernel)
    wait_for(lambda: not kernel.ask("generator.running()"), "it is known to be dead")
    other = psutil.Process(kernel.ask("generator().pid"))
    assert other.pid != kernel.generator.pid and runs(other)


def test_whoever_has_a_killed_one_hears_of_it():
    load, site = Generator(), Site()
    load.steer(site.plan())
    taken(load, bool)
    psutil.Process(load.pid).kill()
    said = r"^The load generator has ended: it was killed or stopped. generator\(\) starts another.$"
    with pytest.raises(ServiceError, match=said):
        taken(load, lambda requests: False)
    for call in (lambda: load.steer(site.plan()), load.idle, load.take):
        with pytest.raises(ServiceError, match=said):
            call()
    assert not load.alive
    load.stop()
    site.stop()


def test_it_cannot_be_steered_to_nonsense_and_goes_on():
    load, site = Generator(), Site()
    try:
        with pytest.raises(ServiceError, match="^a plan of traffic needs 'turn', and has host.$"):
            load.steer({"host": site.address})
        load.steer(site.plan(HELLO))
        taken(load, bool)
    finally:
        load.stop()
        site.stop()


def test_an_error_that_nobody_expected_ends_it_with_that_error():
    load = Generator()
    with pytest.raises(ServiceError, match="^The load generator has ended: KeyError: 'dance'. generator"):
        load._ask(order="dance")
    load.stop()


def test_where_locust_is_missing_it_says_what_brings_it(monkeypatch, tmp_path):
    (tmp_path / "locust.py").write_text("""raise ModuleNotFoundError("No module named 'locust'")""")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    said = "^There is no load generator here: .*No module named 'locust'. pip install .* brings it.$"
    with pytest.raises(ServiceError, match=said):
        Generator()


def test_stopped_while_it_is_busy_it_is_gone():
    load, site = Generator(), Site(threads=2)
    process = psutil.Process(load.pid)
    load.steer(site.plan({"name": "wait", "path": "wait/"}, users=20))
    wait_for(lambda: len(site.seen()) == 2, "it is busy")
    load.stop()
    assert not runs(process)
    site.stop()


def test_a_forked_child_has_a_generator_of_its_own_and_leaves_ours(kernel):
    told, tell = "os.read(pipe[0], 99).decode()", "[os.write(pipe[1], b'%d' % generator().pid), os._exit(0)]"
    theirs = kernel.ask(f"[pipe := os.pipe(), pid := os.fork(), {told} if pid else {tell}][2]")
    assert int(theirs) != kernel.generator.pid
    assert kernel.ask("generator().pid") == kernel.generator.pid


def test_a_forked_child_that_lives_on_does_not_keep_it(kernel):
    child = psutil.Process(kernel.ask("os.fork() or __import__('signal').pause()"))
    try:
        kernel.process.kill()
        gone(kernel)
        assert runs(child)
    finally:
        child.kill()


def test_the_kernel_itself_loads_no_gevent(kernel):
    """It would replace sockets, threads and time under the feet of everything else."""
    assert kernel.ask("[name for name in ('gevent', 'locust') if name in sys.modules]") == []


def test_there_is_one_for_a_process():
    assert generator() is generator()
    generator().stop()
