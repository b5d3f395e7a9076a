"""Whether what an experiment needs is there."""

import django
from django.apps import apps


class NotBooted(ImportError):
    """Pinsta's models are asked for before Django has been started."""


def need_boot(module):
    """NotBooted unless Django runs with Pinsta in it."""
    if not apps.ready or not apps.is_installed("labapp.pinsta"):
        raise NotBooted(f"{module} works on Pinsta: run labapp.boot() first, then import it.")


def needs_django(*version):
    """Nothing, or why a variant cannot run here: "needs Django 6.1, this is 5.2.19"."""
    if django.VERSION[: len(version)] >= version:
        return ""
    return f"needs Django {'.'.join(map(str, version))}, this is {django.get_version()}"
