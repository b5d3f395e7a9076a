"""Measure old and new Djangos in turns and write chaining.json and instances.json.

    .venv/bin/python data/reference/versions.py            # about five minutes, and the installing before

Needs a Python for each version, from pyenv (~/.pyenv/versions) or on PATH, and pip's index. Everything is
installed into a temporary folder, which goes at the end; a version that cannot be installed is named and left
out.
"""

import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from labapp.measure.environment import cores, machine  # noqa: E402  (the path comes first)

# Each Django on a Python of its time.
VERSIONS = {
    "1.4": "2.7", "1.5": "2.7", "1.6": "2.7", "1.8": "2.7", "1.11": "2.7",
    "2.2": "3.9", "3.2": "3.9", "4.2": "3.11", "5.2": "3.11", "6.1": "3.13",
}
TURNS, ROUNDS = 30, 3


def python(version):
    """The interpreter of this version, or None."""
    found = sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python")))
    return found[-1] if found else shutil.which(f"python{version}")


def install(django, folder):
    """The interpreter that this Django has been installed for, or None."""
    interpreter = python(VERSIONS[django])
    if interpreter is None:
        print(f"Django {django} is left out: there is no Python {VERSIONS[django]}.", file=sys.stderr)
        return None
    command = [interpreter, "-m", "pip", "install", "-q", "--target", str(folder), f"Django=={django}.*"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"Django {django} is left out: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return interpreter


def start(interpreter, folder):
    """The process that measures this version whenever it is asked."""
    return subprocess.Popen(
        [interpreter, str(HERE / "one_version.py")], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]},
    )


def ask(process):
    """One turn of this version."""
    process.stdin.write(f"{ROUNDS}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def measure(processes, turns):
    """For each version, what it says of itself, and the smallest times of all its turns."""
    found = {}
    for _ in range(turns):
        for django, process in processes.items():
            turn = ask(process)
            best = found.setdefault(django, turn)["seconds"]
            for name, seconds in turn["seconds"].items():
                best[name] = min(best[name], seconds)
    return [found[django] for django in processes]


def chaining_row(version):
    """A row of chaining.json; times in µs."""
    times = {name: seconds * 1e6 for name, seconds in version["seconds"].items()}
    row = {"django": version["django"], "python": version["python"]}
    for way in ("chained", "one_filter", "one_q"):
        build, compiling = times[f"{way} build"], times[f"{way} compiling"]
        row[f"{way}_build"], row[f"{way}_compile"] = build, compiling
        row[f"{way}_run"] = times[f"{way} everything"] - build - compiling
        row[f"{way}_all"] = times[f"{way} everything"]
    row = {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}
    row["build_times"] = round(times["chained build"] / times["one_q build"], 2)
    row["all_times"] = round(times["chained everything"] / times["one_q everything"], 2)
    return row


def instances_row(version):
    """A row of instances.json; instances a second."""
    rates = {name: round(1 / version["seconds"][name], -3) for name in ("positional", "keyword")}
    return {"django": version["django"], "python": version["python"], **rates}


def origin(turns, sqlite):
    """Where and how; what every file says of itself."""
    return {
        "machine": f"{machine()}, {cores()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "how": (
            "data/reference/versions.py: the same script on each Django with a Python of its time, "
            f"SQLite {sqlite} in memory, in turns; the smallest of {turns * ROUNDS} rounds; "
            "garbage collection held off"
        ),
    }


CHAINING = {
    "title": "20 filters: chained one by one, or in one call",
    "columns": [
        {"name": "django", "label": "Django"},
        {"name": "python", "label": "Python"},
        {"name": "chained_build", "label": "chained: build", "unit": "µs"},
        {"name": "one_q_build", "label": "one Q: build", "unit": "µs"},
        {"name": "build_times", "label": "to build", "unit": "times", "bar": True},
        {"name": "chained_all", "label": "chained: all", "unit": "µs"},
        {"name": "one_q_all", "label": "one Q: all", "unit": "µs"},
        {"name": "all_times", "label": "in all", "unit": "times", "bar": True},
    ],
    "notes": [
        "All is building the queryset, compiling its SQL, and reading 20 rows of ten fields as models.",
        "Times: chained / one Q, on the same Django and Python.",
    ],
}

INSTANCES = {
    "title": "Making model instances of ten fields and a key, without a database",
    "columns": [
        {"name": "django", "label": "Django"},
        {"name": "python", "label": "Python"},
        {"name": "positional", "label": "Model(*values)", "unit": "a second", "bar": True},
        {"name": "keyword", "label": "Model(**values)", "unit": "a second", "bar": True},
    ],
    "notes": ["The talk, in 2012: about 40,000 a second."],
}


def write(name, document):
    """The file, by way of a temporary one."""
    part = HERE / f".{name}.part"
    part.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(HERE / name)


def main():
    """Install, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=TURNS, help=f"turns of {ROUNDS} rounds for each version")
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="labapp-versions-") as temporary:
        folders = {django: Path(temporary) / django for django in VERSIONS}
        installed = {django: install(django, folder) for django, folder in folders.items()}
        there = [django for django in VERSIONS if installed[django]]
        processes = {django: start(installed[django], folders[django]) for django in there}
        found = measure(processes, turns)
        for process in processes.values():
            process.communicate()
    wrong = [each["django"] for each in found if not (each["same_rows"] and each["same_conditions"])]
    if wrong:
        sys.exit(f"Chaining gave other rows or conditions on Django {', '.join(wrong)}: nothing is written.")
    about = origin(turns, found[0]["sqlite"])
    write("chaining.json", {**CHAINING, "origin": about, "rows": [chaining_row(each) for each in found]})
    write("instances.json", {**INSTANCES, "origin": about, "rows": [instances_row(each) for each in found]})


if __name__ == "__main__":
    main()
