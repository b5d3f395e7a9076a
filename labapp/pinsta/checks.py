"""What `manage.py check` says about the site's database."""

from pathlib import Path

from django.core.checks import Warning, register
from django.db import connections


@register
def database_is_seeded(app_configs, **kwargs):
    """Warn when the site's SQLite file is not there: SQLite would quietly create an empty one."""
    database = connections["default"].settings_dict
    name = str(database["NAME"])
    if "sqlite" not in database["ENGINE"] or name.startswith("file:") or ":memory:" in name:
        return []
    if Path(name).exists() and Path(name).stat().st_size:
        return []
    return [
        Warning(
            f"Pinsta has no data yet: {name} does not exist.",
            hint="Run `python manage.py seed`; it takes a second.",
            id="pinsta.W001",
        )
    ]
