"""``manage.py services``: which servers can run here, and how to get the rest."""

import time

from django.core.management.base import BaseCommand, CommandError

from labapp.services import ServiceError, memcached, offers, postgresql, rabbitmq, redis, varnish

SERVERS = {
    "PostgreSQL": postgresql, "Redis": redis, "Memcached": memcached, "Varnish": varnish,
    "RabbitMQ": rabbitmq,
}  # fmt: skip


class Command(BaseCommand):
    help = "Which servers the lab can start on this machine, their versions, and how to get what is missing."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--try", action="store_true", help="start each one and stop it again")

    def handle(self, *args, **options):
        there = [offer for offer in offers() if offer.version is not None]
        missing = [offer for offer in offers() if offer.version is None]
        for offer in there:
            self.stdout.write(f"{offer.name:20}{offer.version:18}{offer.where}")
        for offer in missing:
            self.stdout.write(f"{offer.name:20}{'missing':18}{offer.how}")
        if options["try"]:
            names = [offer.name for offer in there if offer.name in SERVERS]
            if not names:
                raise CommandError("There is no server here to try.")
            for name in names:
                self._try(name)

    def _try(self, name):
        try:
            server = SERVERS[name].Server()
        except ServiceError as error:
            raise CommandError(str(error)) from error
        began = time.perf_counter()
        server.stop()
        stopped_ms = (time.perf_counter() - began) * 1000
        self.stdout.write(
            f"{name} {server.version} was started in {server.started_ms:.0f} ms and stopped in "
            f"{stopped_ms:.0f} ms; nothing is left of it."
        )
