"""What the documentation shows of the commands is what they print, and what it links to is there."""

import re
import sys

import pytest

from tests.infra.repository import ROOT, files, name, script

docs = script("docs")
PAGES = [path for path in files(".md") if path.parent in (ROOT, ROOT / "docs")]


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="needs Python 3.11, whose help the docs show")
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_output_is_what_the_commands_print(page):
    assert docs.filled(page.read_text()) == page.read_text(), "make docs mends this"


def test_a_stale_block_is_filled_and_the_rest_is_left():
    stale = "before\n<!-- output of: echo new -->\n```text\nold\n```\nafter\n"
    assert docs.filled(stale) == "before\n<!-- output of: echo new -->\n```text\nnew\n```\nafter\n"


def test_a_command_that_fails_is_not_documented():
    with pytest.raises(RuntimeError, match="'exit 3' failed"):
        docs.filled("<!-- output of: exit 3 -->\n```text\nold\n```")


def test_the_readme_shows_the_output_of_make_help():
    assert "<!-- output of: make help -->" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]
