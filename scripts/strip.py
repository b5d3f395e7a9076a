"""Take outputs, run numbers and widget state out of the notebooks, and give each cell an id."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
KEPT = {"kernelspec", "language_info"}


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy as it belongs into git; equal to the notebook when that is clean already."""
    clean = copy.deepcopy(notebook)
    clean.nbformat, clean.nbformat_minor = 4, max(5, clean.nbformat_minor)
    kept = {name: clean.metadata[name] for name in sorted(KEPT & set(clean.metadata))}
    clean.metadata = nbformat.from_dict(kept)
    # Which Python ran it last is nobody's business and changes with every reader.
    if "language_info" in clean.metadata:
        clean.metadata.language_info = nbformat.from_dict({"name": "python"})
    for number, cell in enumerate(clean.cells):
        cell.setdefault("id", f"cell-{number}")
        cell.metadata.pop("execution", None)
        cell.metadata.pop("trusted", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return clean


def main() -> None:
    """Rewrite the notebooks that are not clean and name them."""
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        if (clean := stripped(notebook)) != notebook:
            nbformat.write(clean, path)
            print(f"stripped {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
