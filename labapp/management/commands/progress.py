"""``manage.py progress``: which exercises are solved, and where that is kept."""

from django.core.management.base import BaseCommand

from labapp.experiments import progress
from labapp.experiments.standing import Standing


class Command(BaseCommand):
    help = "Which exercises of the notebooks are solved, and how many predictions were written down."
    requires_system_checks = []

    def handle(self, *args, **options):
        self.stdout.write(repr(Standing()))
        self.stdout.write(f"Kept in {progress.path()}; LAB_PROGRESS names another file.")
