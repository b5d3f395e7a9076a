"""Take outputs, run numbers and widget state out of the notebooks; name the kernel, give cells their ids."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
# Without a kernel's name JupyterLab asks for one; which Python ran a notebook last changes with every reader.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy as it belongs into git; equal to the notebook when that is clean already."""
    clean = copy.deepcopy(notebook)
    clean.nbformat, clean.nbformat_minor = 4, max(5, clean.nbformat_minor)
    clean.metadata = nbformat.from_dict(METADATA)
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
