"""The settings of the served site: the lab's, with sessions that need no database to write to."""

import os
from pathlib import Path

from labapp.settings import *  # noqa: F403

MEDIA = "media"  # in the site's folder; emptied before each turn
MEDIA_ROOT = Path(os.environ.get("LAB_FOLDER", "."), MEDIA)

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
ALLOWED_HOSTS = ["*"]  # it listens on the loopback, and Varnish asks it under its own address
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
}
DATABASE_ROUTERS = ["labapp.experiments.traffic.backends.CacheRouter"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"log": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["log"], "level": "ERROR", "propagate": False}},
}
