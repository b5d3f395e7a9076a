"""One JupyterLab and one Chromium for all tests here; each test has a notebook of its own."""

import itertools

import pytest

from tests.browser.chromium import Notebook, chromium
from tests.browser.jupyter import jupyterlab
from tests.requires import needs

BOOT = "import labapp\nlabapp.boot('small', quiet=True)\nfrom labapp.experiments.metrics.feed import feed"
SIZE = {"width": 1280, "height": 1100}
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A running JupyterLab."""
    needs("chromium")
    with jupyterlab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    """A running Chromium. It ends with the module, as Playwright keeps an event loop in the tests' thread."""
    with chromium(needs("chromium")) as browser:
        yield browser


@pytest.fixture
def open_notebook(lab, browser):
    """Makes a notebook of these cells (after one that boots), runs it, gives it when its panel shows."""
    pages = []

    def make(*cells):
        page = browser.new_page(viewport=SIZE)
        pages.append(page)
        notebook = Notebook(page, lab.notebook(f"scratch-{next(_numbers)}.ipynb", BOOT, *cells))
        notebook.run_all()
        return notebook

    yield make
    for page in pages:
        page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
        page.close()
