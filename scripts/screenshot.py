"""Make docs/feed-panel.png: the feed's panel in a real JupyterLab, measured on this machine. Needs Chromium.

    .venv/bin/python scripts/screenshot.py [--theme dark] [--width 1100] [path]
    .venv/bin/python scripts/screenshot.py --experiment top_n --panel 'tab="Plan"' plan.png
    .venv/bin/python scripts/screenshot.py --experiment defer --small docs/traffic-panel.png \\
        --panel "budget=20, think_time=0.5, followers=120, picture=0.8, task_workers=1"
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the browser's helpers are those of the tests

from playwright.sync_api import expect  # noqa: E402

from tests.browser.chromium import Notebook, chromium  # noqa: E402
from tests.browser.jupyter import jupyterlab  # noqa: E402
from tests.requires import find_chromium  # noqa: E402

BOOT = "import labapp\nlabapp.boot('workshop', quiet=True)"
AROUND = 270  # pixels of JupyterLab beside a panel


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=ROOT / "docs" / "feed-panel.png")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1100, help="of the panel, in pixels (default: 1100)")
    parser.add_argument("--experiment", default="feed", help="its name (default: feed)")
    parser.add_argument("--patience", type=int, default=180, help="seconds it may measure (default: 180)")
    parser.add_argument("--small", action="store_true", help="256 colours: less than half the size")
    parser.add_argument("--panel", default="round_trip=1, budget=10", help="what it is opened with")
    return parser.parse_args()


def shrink(path: Path) -> None:
    """Keep the 256 colours that cover most, and for others take the nearest: letters stay sharp."""
    import numpy
    from PIL import Image

    pixels = numpy.asarray(Image.open(path).convert("RGB"))
    colours, places, counts = numpy.unique(
        pixels.reshape(-1, 3) @ [1 << 16, 1 << 8, 1], return_inverse=True, return_counts=True
    )
    colours = numpy.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = colours[numpy.argsort(counts)[:-257:-1]]
    nearest = [((palette - colour) ** 2).sum(axis=1).argmin() for colour in colours]
    small = Image.fromarray(numpy.array(nearest, "uint8")[places].reshape(pixels.shape[:2]))
    small.putpalette(palette.astype("uint8").tobytes())
    small.save(path, optimize=True)


def main() -> int:
    """Measure, wait for the end, take the picture."""
    options = arguments()
    executable = find_chromium()
    if executable is None:
        print("Chromium is missing (Debian and Ubuntu: apt-get install chromium).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, jupyterlab(folder) as lab, chromium(executable) as browser:
        lab.theme(f"JupyterLab {options.theme.title()}")
        page = browser.new_page(
            viewport={"width": options.width + AROUND, "height": 1400}, device_scale_factor=2
        )
        panel = f"labapp.experiments.get({options.experiment!r}).panel({options.panel})"
        notebook = Notebook(page, lab.notebook("panel.ipynb", BOOT, panel))
        page.evaluate("jupyterapp.shell.collapseLeft()")
        notebook.run_all()
        expect(notebook.panel.locator(".dsl-said.dsl-is-done")).to_be_visible(
            timeout=1000 * options.patience
        )
        page.add_style_tag(content=f".dsl-panel {{ width: {options.width}px; }}")
        page.mouse.move(0, 0)
        notebook.panel.screenshot(path=options.path, animations="disabled")
        if options.small:
            shrink(options.path)
    print(f"{options.path}: {options.path.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
