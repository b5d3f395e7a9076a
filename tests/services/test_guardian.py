"""Whatever is killed: nothing is left running, and nothing on the disk."""

import os
import shutil
import signal

import psutil
import pytest

from tests.requires import needs
from tests.services.kernels import runs, wait_for, words, working_in


def test_a_kernel_that_ends_leaves_nothing(kernel):
    kernel.end()
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")


@pytest.mark.parametrize("victims", [("kernel",), ("server", "kernel"), ("kernel", "server")], ids="+".join)
def test_the_guardian_cleans_up_after_a_kill(kernel, victims):
    kernel.kill(*victims)
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")


@pytest.mark.parametrize("victims", [("guardian", "kernel"), ("server", "guardian", "kernel")], ids="+".join)
def test_without_a_guardian_the_next_start_cleans_up(kernel, kernels, victims):
    kernel.kill(*victims)
    wait_for(lambda: not any(map(runs, kernel.family)), "the server has ended")
    other = kernels().start()
    wait_for(lambda: not kernel.folder.exists(), "the folder is swept")
    kernel.wait_until_gone()
    assert other.folder.exists() and other.ask("postgresql.server().alive")


def test_a_kernel_that_ends_removes_what_its_killed_guardian_left(kernel):
    kernel.kill("guardian")
    kernel.wait_until_gone()
    kernel.end()
    assert not kernel.folder.exists()


def test_a_kernel_killed_while_the_data_folder_is_made(kernels):
    needs("postgresql")
    kernel = kernels(
        "from labapp.services import cluster, folders\n"
        "make = folders.make\n"
        "def told(*args):\n"
        "    folder = make(*args)\n"
        "    print(json.dumps(str(folder.path)), flush=True)\n"
        "    return folder\n"
        "folders.make = told\n"
    )
    folder = kernel.ask("postgresql.server().port")  # the folder is said first
    wait_for(lambda: any(each.name() == "initdb" for each in working_in(folder)), "initdb runs")
    family = working_in(folder)
    kernel.process.kill()
    wait_for(lambda: not any(map(runs, family)) and not working_in(folder), "all has ended")
    wait_for(lambda: not os.path.exists(folder), "the folder is removed")


def test_a_kernel_killed_while_the_server_is_busy(kernel):
    kernel.begin("postgresql.server().admin().execute('SELECT sum(n) FROM generate_series(1, 1e12) n')")

    def backends():
        return [each for each in kernel.server.children() if "SELECT" in words(each)]

    kernel.family += wait_for(backends, "it works")
    kernel.kill("kernel")
    kernel.wait_until_gone()


def test_a_guardian_told_to_end_takes_the_server_with_it_and_the_next_call_starts_afresh(kernel):
    kernel.guardian.send_signal(signal.SIGTERM)
    kernel.wait_until_gone()
    wait_for(lambda: not kernel.folder.exists(), "the folder is removed")
    assert kernel.ask("postgresql.server().alive and postgresql.server().restarts == 0")


def test_a_signal_of_the_terminal_does_not_end_it(kernel):
    for number in (signal.SIGINT, signal.SIGHUP):
        kernel.guardian.send_signal(number)
    assert kernel.ask("postgresql.server().alive") and runs(kernel.guardian)


def test_a_forked_child_that_ends_leaves_the_server_to_its_parent(kernel):
    for way in ("sys.exit()", "os._exit(0)"):
        status = kernel.ask(f"[pid := os.fork(), os.waitpid(pid, 0)[1] if pid else {way}][1]")
        assert status == 0
    assert kernel.ask("[postgresql.server().alive, postgresql.server().restarts]") == [True, 0]
    assert kernel.folder.exists()


def test_a_forked_child_that_lives_on_does_not_keep_the_server(kernel):
    child = psutil.Process(kernel.ask("os.fork() or __import__('signal').pause()"))
    try:
        kernel.kill("kernel")
        kernel.wait_until_gone()
        assert runs(child)
    finally:
        child.kill()


def test_a_forked_child_has_a_server_of_its_own(kernel):
    ours = kernel.ask("postgresql.server().port")
    told = "os.read(pipe[0], 99).decode()"
    tell = "[os.write(pipe[1], b'%d' % postgresql.server().port), os._exit(0)]"
    theirs = kernel.ask(f"[pipe := os.pipe(), pid := os.fork(), {told} if pid else {tell}][2]")
    assert int(theirs) != ours
    assert kernel.ask("postgresql.server().alive")


def test_what_others_use_is_not_swept(kernel, kernels):
    other = kernels().start()
    assert kernel.folder.exists() and kernel.folder != other.folder
    assert kernel.ask("postgresql.server().port") != other.ask("postgresql.server().port")
    other.kill("kernel")
    other.wait_until_gone()
    assert kernel.ask("postgresql.server().admin().execute('SELECT 7').fetchone()") == [7]


def test_a_folder_without_a_lock_is_not_ours_to_sweep(kernel, kernels):
    strange = kernel.folder.with_name("lab-service-of-somebody")
    strange.mkdir()
    try:
        other = kernels().start()
        other.end()
        other.wait_until_gone()
        assert strange.exists()
    finally:
        shutil.rmtree(strange)
