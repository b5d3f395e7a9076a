"""No room for the data: one sentence, and nothing is left behind."""

import os

import pytest

from labapp.services import ServiceError, folders, postgresql, users
from tests.requires import needs
from tests.services.kernels import working_in

TRY = """
import sys
from labapp.services import ServiceError, postgresql
def attempt():
    try:
        return repr(postgresql.server())
    except ServiceError as error:
        return str(error)
"""


@pytest.fixture(autouse=True)
def real_server():
    """These are tests of PostgreSQL."""
    needs("postgresql")


def test_too_little_room_is_said_before_anything_is_made(temporary, monkeypatch):
    monkeypatch.setattr(folders, "free_megabytes", lambda folder: 20)
    with pytest.raises(ServiceError) as refusal:
        postgresql.Server()
    assert str(refusal.value) == (
        f"PostgreSQL cannot keep its data in {temporary}: it needs 150 MB and 20 MB are free. "
        "Free some space, or name another folder in TMPDIR."
    )
    assert os.listdir(temporary) == []


def test_a_disk_that_fills_while_the_data_folder_is_made(temporary, kernels):
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
    said = kernels(limit + TRY).ask("attempt()")
    assert said.startswith(f"PostgreSQL cannot keep its data in {temporary}: the disk is full (")
    assert said.endswith("MB are free). Free some space, or name another folder in TMPDIR.")
    assert os.listdir(temporary) == [] and not working_in(temporary)


def test_a_server_that_does_not_start_says_why(temporary, kernels):
    spoil = """
from labapp.services import cluster
make = cluster.make
def made(guarded, *args):
    make(guarded, *args)
    (guarded.folder.path / "data" / "PG_VERSION").unlink()
cluster.make = made
"""
    said = kernels(spoil + TRY).ask("attempt()")
    assert said.startswith('PostgreSQL does not start: "/') and said.endswith("is not a valid data directory")
    assert os.listdir(temporary) == [] and not working_in(temporary)


def test_a_folder_that_the_servers_user_may_not_enter_is_passed_over(temporary, monkeypatch):
    user = users.User("somebody", 12345, 12345)
    assert str(folders._parent(user)) == temporary
    os.chmod(temporary, 0o700)
    assert str(folders._parent(user)) == "/tmp"


def test_where_no_folder_may_be_entered_it_says_so(temporary, monkeypatch):
    user = users.User("somebody", 12345, 12345)
    monkeypatch.setattr(users.User, "can_enter", lambda user, folder: False)
    with pytest.raises(ServiceError, match="Servers run as somebody here, who may not enter"):
        folders._parent(user)


def test_the_data_are_below_tmpdir(temporary):
    server = postgresql.Server()
    try:
        assert [os.path.join(temporary, name) for name in os.listdir(temporary)] == [
            str(server._guarded.folder.path)
        ]
    finally:
        server.stop()
    assert os.listdir(temporary) == []
