"""Notebooks are kept without outputs, so that a change in one can be read."""

import re

import nbformat
import pytest

from tests.infra.repository import files, name, script

strip = script("strip")


@pytest.mark.parametrize("path", files(".ipynb"), ids=name)
def test_notebook_is_stripped(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    assert strip.stripped(notebook) == notebook, "make strip mends this"


@pytest.mark.parametrize("path", files(".ipynb"), ids=name)
def test_notebook_is_valid_and_each_cell_has_its_own_id(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


def test_stripping_takes_out_what_a_run_leaves():
    code = nbformat.v4.new_code_cell(
        "1 + 1", execution_count=7, metadata={"execution": {}, "tags": ["exercise"]},
        outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "2"})],
    )
    notebook = nbformat.v4.new_notebook(cells=[code], metadata={"widgets": {"state": 1}})
    clean = strip.stripped(notebook)
    assert (clean.cells[0].outputs, clean.cells[0].execution_count) == ([], None)
    assert clean.cells[0].metadata == {"tags": ["exercise"]}
    assert clean.metadata.kernelspec.name == "python3"
    assert "widgets" not in clean.metadata
    assert clean.cells[0].source == "1 + 1"
    assert notebook.cells[0].outputs


def test_an_exported_page_loads_nothing_and_shows_the_panel_as_html():
    widget = "application/vnd.jupyter.widget-view+json"
    data = {widget: {"model_id": "1", "version_major": 2}, "text/html": "<p>the panel</p>"}
    code = nbformat.v4.new_code_cell("feed", outputs=[nbformat.v4.new_output("display_data", data)])
    page = script("notebooks").page(nbformat.v4.new_notebook(cells=[code]), "04")
    assert "<p>the panel</p>" in page
    assert not re.findall(r"<script[^>]+src=|import\(.https?:", page)
