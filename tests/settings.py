"""The lab's settings, with the shop (a foreign project to judge findings by) and a second database."""

import tempfile
from pathlib import Path

from labapp.settings import *  # noqa: F403
from labapp.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.cases"]

# Every test that needs a database asks for one; without, it meets an empty one of this run, not the user's.
NOWHERE = Path(tempfile.gettempdir())
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NOWHERE / "labapp-tests-no-database.sqlite3"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": NOWHERE / "labapp-tests-no-other.sqlite3"},
}
