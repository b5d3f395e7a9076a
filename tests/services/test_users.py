"""Whom servers run as, and where that user may go."""

import os
import pwd

import pytest

from labapp.services import ServiceError, users
from labapp.services.users import User


def person(name, uid):
    return pwd.struct_passwd((name, "x", uid, uid, "", "/", "/bin/sh"))


@pytest.fixture
def machine(monkeypatch):
    """Lets us be root on a machine with these users."""

    def have(**uids):
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(pwd, "getpwall", lambda: [person(name, uid) for name, uid in uids.items()])

    return have


def test_an_ordinary_user_runs_them_in_person(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert users.plain_user() is None


@pytest.mark.parametrize(
    ("uids", "chosen"),
    [
        ({"root": 0, "nobody": 65534, "ada": 1000, "postgres": 101}, "postgres"),
        ({"root": 0, "ada": 1000, "nobody": 65534}, "nobody"),
        ({"root": 0, "daemon": 1, "ada": 1000}, "ada"),
    ],
)
def test_root_has_somebody_else_run_them(machine, uids, chosen):
    machine(**uids)
    assert users.plain_user() == User(chosen, uids[chosen], uids[chosen])


def test_where_there_is_only_root(machine):
    machine(root=0, toor=0, daemon=1)
    with pytest.raises(ServiceError, match=r"no other user: add one \(useradd postgres\)"):
        users.plain_user()


def test_a_folder_is_entered_through_all_that_are_above_it(tmp_path):
    owner = User("owner", os.getuid(), os.getgid())
    stranger = User("stranger", 54321, 54321)
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    for each in (tmp_path, *tmp_path.parents[:2]):
        if each.stat().st_uid == os.getuid() and each.stat().st_mode & 0o005 != 0o005:
            each.chmod(0o755)
    assert owner.can_enter(inner) and stranger.can_enter(inner)
    (tmp_path / "outer").chmod(0o700)
    assert owner.can_enter(inner) and not stranger.can_enter(inner)
    (tmp_path / "outer").chmod(0o710)
    assert User("colleague", 54321, (tmp_path / "outer").stat().st_gid).can_enter(inner)
    assert not stranger.can_enter(inner)
