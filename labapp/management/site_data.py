"""For commands that show the site: it needs data, so it gets some when it has none."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command


class WithData:
    """Mixed into a command: seeds the site before the command runs, if its database is not there yet."""

    def handle(self, *args, **options):
        site = Path(settings.DATABASES["default"]["NAME"])
        if not (site.exists() and site.stat().st_size):
            call_command("seed", stdout=self.stdout)
        return super().handle(*args, **options)
