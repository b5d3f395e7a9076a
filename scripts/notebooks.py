"""Run each notebook in a kernel of its own and write it to build/notebooks/ as HTML.

An error in a cell is an error here. A name chooses: notebooks.py 04_metrics. The pages load nothing from
outside; a panel stands there in its HTML form, without a kernel behind it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
# nbconvert's page without the scripts that it would fetch.
FETCHING = "html_head_js_requirejs html_head_js_mathjax html_head_js_mermaidjs jupyter_widgets".split()
PAGE = "{% extends 'lab/index.html.j2' %}" + "".join(
    f"{{% block {name} %}}{{% endblock %}}" for name in FETCHING
)


def run(path: Path) -> str | None:
    """Run one notebook and write its HTML, up to the failing cell too; returns what went wrong, or None."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", store_widget_state=False, resources=place
    )
    try:
        client.execute()
        error = None
    except CellExecutionError as failure:
        error = str(failure)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / f"{path.stem}.html").write_text(page(notebook, path.stem))
    return error


def page(notebook: nbformat.NotebookNode, title: str) -> str:
    """The notebook as one HTML page that needs no other."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    exporter = HTMLExporter(raw_template=PAGE, embed_images=True)
    html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return html


def main(names: list[str]) -> int:
    """The number of notebooks that failed."""
    paths = sorted(ROOT.glob("notebooks/*.ipynb"))
    if unknown := sorted(set(names) - {path.stem for path in paths}):
        print(f"No notebook is called {', '.join(unknown)}.", file=sys.stderr)
        return 2
    failed = 0
    for path in paths:
        if names and path.stem not in names:
            continue
        print(f"{path.name} ... ", end="", flush=True)
        begun = time.perf_counter()
        error = run(path)
        print(f"{'FAILED' if error else 'ran'} in {time.perf_counter() - begun:.0f} s", flush=True)
        if error:
            failed += 1
            print(error, file=sys.stderr)
    print(f"HTML in {BUILD.relative_to(ROOT)}/")
    return failed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        # What is tried here is not the reader's progress.
        os.environ["LAB_PROGRESS"] = str(Path(folder, "progress.json"))
        sys.exit(main(sys.argv[1:]))
