"""Keeping what a panel shows: a page to give away, a table for other programs, the data to load again."""

from datetime import datetime
from pathlib import Path

FORMS = {"page (HTML)": "html", "table (CSV)": "csv", "data (JSON)": "json"}


def save(what, form, folder=None):
    """Write a Result or Growth into the notebook's folder and return the path; never over an older file."""
    path = free(Path(folder or Path.cwd()), f"{what.experiment}-{datetime.now():%Y%m%d-%H%M%S}", form)
    {"html": what.to_html, "csv": what.to_csv, "json": what.save}[form](path)
    return path


def free(folder, stem, ending):
    """The first of stem.ending, stem-2.ending … that is not there yet."""
    path, number = folder / f"{stem}.{ending}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.{ending}", number + 1
    return path
