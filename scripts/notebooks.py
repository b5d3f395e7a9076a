"""Run each notebook in a kernel of its own and write it to build/notebooks/ as HTML.

An error in a cell is an error here. A name chooses: notebooks.py 04_metrics.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "notebooks"


def run(path: Path) -> str | None:
    """Run one notebook and write its HTML, up to the failing cell too; returns what went wrong, or None."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute()
        error = None
    except CellExecutionError as failure:
        error = str(failure)
    html, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": path.stem}})
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / f"{path.stem}.html").write_text(html)
    return error


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
    sys.exit(main(sys.argv[1:]))
