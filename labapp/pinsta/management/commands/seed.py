from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from labapp.pinsta import seeding
from labapp.pinsta.seeding.progress import Bar


class Command(BaseCommand):
    """Makes Pinsta's data, or finds it made, and gives the site a copy if it has none."""

    help = (
        "Make Pinsta's data, the same rows for the same scale and seed; give the site a copy if it has none."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        sizes = ", ".join(f"{name}: {scale.total:,} rows" for name, scale in seeding.SCALES.items())
        parser.add_argument("--scale", default="workshop", help=f"how much data ({sizes}); default: workshop")
        parser.add_argument("--seed", type=int, default=1, help="another number, other data; default: 1")
        parser.add_argument(
            "--replace", action="store_true", help="put this data in place of what the site has now"
        )

    def handle(self, *, scale, seed, replace, **options):
        try:
            with Bar() as progress:
                path = seeding.ensure(scale, seed, progress, say=self.stdout.write)
            self.stdout.write(f"{scale}, seed {seed}: {seeding.rows(path):,} rows in {path}")
            self.give(path, Path(settings.DATABASES["default"]["NAME"]), replace)
        except (ValueError, seeding.SeedingError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted: nothing was kept, nothing needs to be cleaned up.") from None

    def give(self, path, site, replace):
        """Copy the data to where the site reads it, unless the site has data already."""
        if site.exists() and site.stat().st_size and not replace:
            self.stdout.write(f"The site keeps the data it has in {site}; --replace starts it afresh.")
            return
        seeding.copy(path, site)
        self.stdout.write(f"The site has its copy in {site}: python manage.py runserver")
