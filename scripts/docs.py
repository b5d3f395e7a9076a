"""Write the output of commands into README.md and docs/ again, where it has changed.

A block is filled where a comment says so:

    <!-- output of: make help -->
    ```text
    ...
    ```
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- output of: (?P<command>.+?) -->\n```text\n.*?^```$", re.DOTALL | re.MULTILINE)


def output(command: str) -> str:
    """What a command prints in this repository, with this environment's Python and 100 columns."""
    foreign = ("DJANGO_", "MAKE", "MFLAGS")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    path = os.pathsep.join([str(Path(sys.executable).parent), clean["PATH"]])
    environment = {**clean, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    run = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"{command!r} failed: {run.stderr.strip()}")
    return "\n".join(line.rstrip() for line in run.stdout.rstrip().splitlines())


def filled(text: str) -> str:
    """The text with each marked block filled anew."""
    def block(match: re.Match) -> str:
        command = match["command"]
        return f"<!-- output of: {command} -->\n```text\n{output(command)}\n```"

    return BLOCK.sub(block, text)


def main() -> None:
    """Fill every page."""
    for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]:
        old = path.read_text()
        if (new := filled(old)) != old:
            path.write_text(new)
            print(f"{path.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
