"""``manage.py services``: which servers can run here, and how to get the rest."""

import time

from django.core.management.base import BaseCommand, CommandError

from labapp.services import ServiceError, offers, postgresql


class Command(BaseCommand):
    help = "Which servers the lab can start on this machine, their versions, and how to get what is missing."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--try", action="store_true", help="start each one and stop it again")

    def handle(self, *args, **options):
        there = [offer for offer in offers() if offer.version is not None]
        missing = [offer for offer in offers() if offer.version is None]
        for offer in there:
            self.stdout.write(f"{offer.name:20}{offer.version:10}{offer.where}")
        for offer in missing:
            self.stdout.write(f"{offer.name:20}{'missing':10}{offer.how}")
        if options["try"]:
            self._try()

    def _try(self):
        try:
            server = postgresql.server()
        except ServiceError as error:
            raise CommandError(str(error)) from error
        began = time.perf_counter()
        server.stop()
        stopped_ms = (time.perf_counter() - began) * 1000
        self.stdout.write(
            f"PostgreSQL {server.version} was started in {server.started_ms:.0f} ms and stopped in "
            f"{stopped_ms:.0f} ms; nothing is left of it."
        )
