"""Run every bench/*.py as a module, one after the other, and print its table; a name chooses one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    """The number of benches that failed."""
    there = sorted(path.stem for path in ROOT.glob("bench/*.py") if not path.stem.startswith("_"))
    if unknown := sorted(set(names) - set(there)):
        print(f"No bench is called {', '.join(unknown)}; there are {', '.join(there)}.", file=sys.stderr)
        return 2
    failed = 0
    for name in names or there:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT).returncode != 0
        print(flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
