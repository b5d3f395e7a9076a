"""The Binder address that belongs to a git remote."""

import pytest

from tests.infra.repository import script

binder_link = script("binder_link")
END = "?urlpath=lab%2Ftree%2Fnotebooks%2F00_start_here.ipynb"


@pytest.mark.parametrize(("origin", "place"), [
    ("https://github.com/ana/lab.git", "gh/ana/lab"),
    ("https://github.com/ana/lab", "gh/ana/lab"),
    ("git@github.com:ana/lab.git", "gh/ana/lab"),
    ("ssh://git@github.com:22/ana/lab.git", "gh/ana/lab"),
    ("https://gitlab.com/group/sub/lab.git", "gl/group%2Fsub%2Flab"),
    ("git@gitlab.com:group/lab.git", "gl/group%2Flab"),
    ("https://gitee.com/ana/lab.git", "git/https%3A%2F%2Fgitee.com%2Fana%2Flab.git"),
    ("git@gitee.com:ana/lab.git", "git/https%3A%2F%2Fgitee.com%2Fana%2Flab.git"),
])
def test_address(origin, place):
    assert binder_link.link(origin, "main") == f"https://mybinder.org/v2/{place}/main{END}"


def test_a_branch_with_a_slash_is_one_word():
    assert "/gh/ana/lab/feature%2Fone?" in binder_link.link("git@github.com:ana/lab", "feature/one")


def test_a_password_in_the_remote_is_not_printed():
    assert "secret" not in binder_link.link("https://ana:secret@github.com/ana/lab.git", "main")


@pytest.mark.parametrize("origin", ["/srv/git/lab.git", "../lab", "file:///srv/lab.git"])
def test_a_remote_that_binder_cannot_reach(origin):
    with pytest.raises(binder_link.NoLink, match="public server"):
        binder_link.link(origin, "main")


def test_no_remote_at_all(monkeypatch, capsys):
    monkeypatch.setattr(binder_link, "git", lambda *arguments: "")
    assert binder_link.main() == 1
    assert "no remote called origin" in capsys.readouterr().err
