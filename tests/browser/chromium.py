"""A page of the system's Chromium, and a notebook in it."""

from contextlib import contextmanager

from playwright.sync_api import expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
SECONDS = 1000


@contextmanager
def chromium(executable):
    """A browser that ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Notebook:
    """A notebook open in JupyterLab, and the panel of its last cell."""

    def __init__(self, page, address):
        self.page = page
        page.set_default_timeout(30 * SECONDS)
        page.goto(address)
        self.idle()
        self.panel = page.locator(".dsl-panel").last

    def idle(self):
        """Wait until the status bar says that the kernel is idle."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60 * SECONDS)

    def run_all(self):
        """Run every cell and wait for the panel."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.panel.wait_for()

    def run(self, text):
        """Put this into the last cell and run it."""
        self.page.evaluate(
            """text => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.length - 1;
                notebook.activeCell.model.sharedModel.setSource(text);
                return jupyterapp.commands.execute('notebook:run-cell');
            }""",
            text,
        )

    def row(self, variant):
        """The table's row of one variant."""
        return self.panel.locator(".dsl-result tbody tr", has=self.page.get_by_text(variant, exact=True))

    def queries(self, variant):
        """The number of queries that the table shows for a variant."""
        return int(self.row(variant).locator("td").first.inner_text().replace(",", ""))

    def slider(self, label):
        """The handle of a slider."""
        return self.panel.locator(".widget-hslider", has_text=label).get_by_role("slider")

    def status(self):
        """The line that says what is going on."""
        return self.panel.locator(".dsl-said").inner_text()
