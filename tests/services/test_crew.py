"""A crew: as many workers as are wanted, replaced when they die, and gone with whoever has them."""

import json
import os
import signal
import socket

import psutil
import pytest

from labapp.services import ServiceError
from labapp.services.crew import Crew
from tests.services.kernels import runs, wait_for


@pytest.fixture(scope="module")
def crew():
    crew = Crew("tests.services.crewing:work", environment={"SHOP": "open"})
    yield crew
    crew.stop()
    assert not crew.folder.exists()


@pytest.fixture
def what(tmp_path, crew):
    yield {"place": str(tmp_path)}
    crew.end()
    assert crew.pids == []


def test_so_many_call_the_function_each_in_a_process_of_its_own(crew, what, tmp_path):
    crew.begin(3, what)
    assert len(set(crew.pids)) == 3
    began = {path.name: path.read_text() for path in tmp_path.glob("began-*")}
    assert began == {f"began-{pid}": "open" for pid in crew.pids}


def test_nobody_is_a_number_of_workers(crew, what):
    crew.begin(0, what)
    assert crew.pids == [] and crew.kill_worker() is None


def test_to_begin_again_ends_those_there_were(crew, what):
    crew.begin(2, what)
    before = list(map(psutil.Process, crew.pids))
    crew.begin(1, what)
    assert not any(map(runs, before)) and len(crew.pids) == 1


def test_one_that_is_killed_is_replaced(crew, what):
    crew.begin(2, what, again=0)
    victim = crew.pids[1]
    assert crew.kill_worker(victim) == victim
    wait_for(lambda: crew.state["ready"] == 2, "there are two again")
    assert victim not in crew.pids and crew.state["died"] == 1


def test_or_it_is_not(crew, what):
    crew.begin(2, what, again=None)
    crew.kill_worker()
    assert len(crew.pids) == 1 and crew.state["died"] == 1


def test_one_that_is_no_worker_is_not_killed(crew, what):
    crew.begin(1, what)
    assert crew.kill_worker(os.getpid()) is None


def test_ended_politely_they_may_write_what_they_have_to(crew, what, tmp_path):
    crew.begin(2, what)
    pids = crew.pids
    crew.end()
    assert {path.name for path in tmp_path.glob("ended-*")} == {f"ended-{pid}" for pid in pids}


def test_one_that_cannot_work_says_why(crew, what):
    with pytest.raises(ServiceError, match="^A worker does not start: ValueError: no more paper$"):
        crew.begin(2, what | {"complaint": "no more paper"})
    assert crew.pids == []


def test_one_that_leaves_is_replaced(crew, what, tmp_path):
    with pytest.raises(ServiceError, match="A worker does not start"):
        crew.begin(1, what | {"leaves": True}, again=None)


@pytest.mark.parametrize("number", [-1, 65, 1.5, "two"])
def test_a_number_that_cannot_be(crew, what, number):
    with pytest.raises(ServiceError, match="^workers must be a whole number from 0 to 64, and .* is not.$"):
        crew.begin(number, what)


def test_who_does_not_know_the_word_is_not_obeyed(crew, what):
    crew.begin(1, what)
    for said in ({"order": "end", "polite": 0}, {"order": "end", "polite": 0, "password": "guessed"}):
        with socket.create_connection(("127.0.0.1", crew.port)) as connection:
            connection.sendall(json.dumps(said).encode() + b"\n")
            assert connection.recv(99) == b""
    assert len(crew.pids) == 1


def test_they_end_with_their_parent_and_come_back_with_the_next(crew, what):
    crew.begin(2, what)
    workers = list(map(psutil.Process, crew.pids))
    os.kill(crew.pid, signal.SIGKILL)
    wait_for(lambda: not any(map(runs, workers)), "the workers have ended")
    crew.begin(1, what)
    assert len(crew.pids) == 1


def test_a_module_that_cannot_be_imported_is_named():
    with pytest.raises(ServiceError, match="crew does not start: ModuleNotFoundError: .*'nowhere'"):
        Crew("nowhere:work")
