"""%%record in a real kernel."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

START = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
django.setup()
from labapp import databases
databases.use({path!r})
from tests.cases.models import *
from tests.cases.data import fill
fill(6)
%load_ext labapp
"""
CELLS = {
    "named": '%%record one\nprint("hello")\n\nfor p in Product.objects.all():\n    p.maker.name\nx = 5\nx+1',
    "kept": "print(x, one.label, one.count, one.findings()[0].where)",
    "awaiting": "%%record two\nmaker = await Maker.objects.aget(pk=1)\nmaker.name",
    "awaited": "print(two.count, two.queries[0].site.label)",
    "failing": "%%record three\nProduct.objects.count()\n1 / 0",
    "failed": "print(three.count)",
    "unnamed": "\n%%record --no-sites\nTag.objects.count();",
    "unknown option": "%%record --nope\n1",
    "not a name": "%%record 3x\n1",
    "two names": "%%record a b\n1",
    "wrong syntax": "%%record four\ndef f(:",
    "plain": "Tag.objects.count()",
}


@pytest.fixture(scope="module")
def outputs(shop_tables, tmp_path_factory):
    """{cell: its outputs}; the notebook runs once."""
    path = tmp_path_factory.mktemp("magics") / "shop.sqlite3"
    path.write_bytes(shop_tables.read_bytes())
    sources = [START.format(path=str(path)), *CELLS.values()]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(book, allow_errors=True, kernel_name="python3", timeout=100).execute()
    assert not [out for out in book.cells[0].outputs if out.output_type == "error"], book.cells[0].outputs
    return {name: cell.outputs for name, cell in zip(CELLS, book.cells[1:], strict=True)}


def printed(outputs):
    return "".join(out.text for out in outputs if out.output_type == "stream")


def shown(outputs):
    return [out.data for out in outputs if out.output_type == "display_data"]


def results(outputs):
    return [out.data["text/plain"] for out in outputs if out.output_type == "execute_result"]


def test_the_cell_prints_returns_and_is_recorded(outputs):
    assert printed(outputs["named"]) == "hello\n" and results(outputs["named"]) == ["6"]
    (recording,) = shown(outputs["named"])
    assert "7 queries" in recording["text/html"] and "In [2], line 5" in recording["text/html"]


def test_names_and_the_recording_are_kept_with_the_right_line(outputs):
    assert printed(outputs["kept"]) == "5 one 7 In [2], line 5\n"


def test_await_works(outputs):
    assert results(outputs["awaiting"]) == ['"O\'Maker 1"']
    assert len(shown(outputs["awaiting"])) == 1
    assert printed(outputs["awaited"]) == "1 In [4], line 2\n"


def test_an_exception_is_shown_and_the_recording_so_far_kept(outputs):
    assert [out.ename for out in outputs["failing"] if out.output_type == "error"] == ["ZeroDivisionError"]
    assert len(shown(outputs["failing"])) == 1
    assert printed(outputs["failed"]) == "1\n"


def test_without_a_name(outputs):
    (recording,) = shown(outputs["unnamed"])
    assert re.search(r"In \[8\] · <b>1 query", recording["text/html"])


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("unknown option", "does not know '--nope'; the only option is --no-sites."),
        ("not a name", "'3x' is not a name in Python."),
        ("two names", "takes one name, and was given 'a' and 'b'."),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(outputs, cell, sentence):
    assert sentence in printed(outputs[cell]) and not shown(outputs[cell])


def test_a_cell_that_cannot_run_shows_no_recording(outputs):
    assert not shown(outputs["wrong syntax"])


def test_other_cells_are_left_alone(outputs):
    assert results(outputs["plain"]) == ["6"] and not shown(outputs["plain"])
