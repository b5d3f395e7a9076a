"""boot(), in processes and kernels of its own: it changes what Django is for the whole process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parent.parent
LINE = re.compile(
    r"Pinsta on SQLite [\d.]+, 3,000 rows, your own copy · Django [\d.a-z]+ · Python [\d.]+"
    r" · the recorder costs \d+\.\d µs a query \(measured now\) · ready in \d+\.\d\d s"
)


def environment(**more):
    """This process's environment without the tests' settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


def run(code, folder, **more):
    """What the code prints, run by a Python of its own in another folder."""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", code],
        cwd=folder,
        env=environment(**more),
        text=True,
        capture_output=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_one_line_says_what_runs(tmp_path):
    (line,) = run("import labapp; print(repr(labapp.boot('small')))", tmp_path)
    assert LINE.fullmatch(line)


def test_models_work_in_every_thread_and_writing_harms_nobody_else(tmp_path):
    code = """
import threading, labapp
lab = labapp.boot("small")
from labapp.pinsta.models import Tag
thread = threading.Thread(target=lambda: print(Tag.objects.count()))
thread.start(); thread.join()
Tag.objects.all().delete()
print(Tag.objects.count(), lab.rows, lab.scale, lab.seed, lab.path.exists())
"""
    assert run(code, tmp_path) == run(code, tmp_path) == ["40", "0 3000 small 1 True"]


def test_again_with_the_same_arguments_changes_nothing_with_others_gives_a_new_copy(tmp_path):
    code = """
import labapp
from labapp.boot import boot
first = labapp.boot("small")
from labapp.pinsta.models import Tag
Tag.objects.all().delete()
print(boot("small", 1) is first, Tag.objects.count())
print(labapp.boot("small", seed=1, quiet=True) is first)
other = labapp.boot("small", seed=2)
print(other is first, other.path == first.path, Tag.objects.count())
"""
    assert run(code, tmp_path) == [
        "Already running: small, seed 1. What you changed in it is still there.",
        "True 0",
        "True",
        "False False 40",
    ]


def test_older_threads_see_the_new_copy_too(tmp_path):
    code = """
import labapp
from concurrent.futures import ThreadPoolExecutor
labapp.boot("small")
from labapp.pinsta.models import Tag, Photo
from django.db import connections
with ThreadPoolExecutor(1) as pool:
    pool.submit(Tag.objects.all().delete).result()
    print(Tag.objects.count())
    labapp.boot("small", seed=2)
    print(pool.submit(Tag.objects.count).result())
    pool.submit(connections.close_all).result()
"""
    assert run(code, tmp_path) == ["0", "40"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("'huge'", "scale is 'huge'; it can be 'small', 'workshop', 'large'."),
        ("'small', seed='x'", "seed is 'x'; it can be a whole number from 0 to 999,999,999."),
    ],
)
def test_bad_arguments_are_told_in_a_sentence_and_nothing_is_lost(tmp_path, arguments, sentence):
    code = f"""
import labapp
from labapp.boot import BootError
lab = labapp.boot("small")
try:
    labapp.boot({arguments})
except BootError as error:
    print(error)
print(labapp.boot("small", quiet=True) is lab)
"""
    assert run(code, tmp_path) == [sentence, "True"]


@pytest.mark.parametrize("setup", [True, False])
def test_it_does_not_move_into_another_project(tmp_path, setup):
    code = f"""
import django
from django.conf import settings
settings.configure(DATABASES={{}}, INSTALLED_APPS=["django.contrib.contenttypes"])
if {setup}:
    django.setup()
import labapp
from labapp.boot import BootError
try:
    labapp.boot("small")
except BootError as error:
    print(error)
print(settings.INSTALLED_APPS)
"""
    sentence, untouched = run(code, tmp_path)
    assert sentence == (
        "This process runs another Django project already (settings.configure()): use labapp.record() on it, "
        "or boot() in a kernel of its own."
    )
    assert untouched == "['django.contrib.contenttypes']"


def test_a_settings_module_in_the_environment_is_set_aside_and_told(tmp_path):
    code = "import labapp; print(labapp.boot('small').notes)"
    (notes,) = run(code, tmp_path, DJANGO_SETTINGS_MODULE="mysite.settings")
    assert (
        notes == "['DJANGO_SETTINGS_MODULE was mysite.settings; in this process it is labapp.settings now.']"
    )


def test_a_damaged_data_file_is_made_anew_and_told(tmp_path):
    code = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "labapp.settings"
from django.conf import settings
settings.CACHE_DIR = os.getcwd()
import labapp
first = labapp.boot("small", quiet=True)
(data,) = [name for name in os.listdir() if name.endswith("-small-1.sqlite3")]
os.truncate(data, 10_000)
labapp.boot("small", 2, quiet=True)
again = labapp.boot("small")
print(again.rows, len(again.notes))
"""
    told, facts = run(code, tmp_path)
    assert told.endswith("-small-1.sqlite3 is damaged or has been changed; it is made anew.")
    assert facts == "3000 1"


def test_importing_labapp_loads_nothing_heavy(tmp_path):
    code = """
import sys, labapp
print([name for name in ("django", "pandas", "matplotlib", "ipywidgets", "IPython") if name in sys.modules])
labapp.boot("small")
print([name for name in ("pandas", "matplotlib", "ipywidgets") if name in sys.modules])
"""
    assert run(code, tmp_path) == ["[]", "[]"]


@pytest.fixture
def kernel(tmp_path):
    """A function that runs a cell in a real kernel, in a folder with a space; gives (text, data shown)."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    manager, client = start_new_kernel(cwd=str(folder), env=environment(TMPDIR=str(folder)))

    def cell(code):
        text, shown = [], {}

        def hear(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                shown.update(content["data"])

        reply = client.execute_interactive(code, output_hook=hear, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]["traceback"]
        return "".join(text), shown

    cell.manager, cell.folder = manager, folder
    yield cell
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_in_a_kernel_cells_may_ask_and_it_says_why(kernel):
    text, shown = kernel("import labapp\nlabapp.boot('small')")
    assert text == "" and LINE.fullmatch(shown["text/plain"])
    assert "DJANGO_ALLOW_ASYNC_UNSAFE is set" in shown["text/html"]
    assert kernel("from labapp.pinsta.models import Photo\nPhoto.objects.count()")[1] == {"text/plain": "320"}
    text, shown = kernel("labapp.boot('small')")
    assert text.startswith("Already running: ") and LINE.fullmatch(shown["text/plain"])


def test_a_killed_kernels_copy_is_swept_by_the_next(kernel):
    _, shown = kernel("import labapp\nstr(labapp.boot('small').path)")
    left = Path(shown["text/plain"].strip("'"))
    kernel.manager.shutdown_kernel(now=True)
    assert left.exists()
    run("import labapp; labapp.boot('small')", kernel.folder, TMPDIR=str(kernel.folder))
    assert not left.parent.exists()
    assert not list(kernel.folder.glob("labapp-*"))


def test_no_place_for_the_copy_is_told(tmp_path):
    code = """
import labapp, tempfile
from labapp.boot import BootError
tempfile.tempdir = "/nowhere"
try:
    labapp.boot("small")
except BootError as error:
    print(error)
tempfile.tempdir = None
print(labapp.boot("small").rows)
"""
    told, rows = run(code, tmp_path)
    assert told.startswith("There is no place for a copy of the data: ") and rows == "3000"
