"""Pinsta's settings, and the lab's own management commands."""

from labapp.pinsta.settings import *  # noqa: F403
from labapp.pinsta.settings import INSTALLED_APPS

INSTALLED_APPS = ["labapp", *INSTALLED_APPS]
