from django.core.management.commands import runserver

from labapp.management.site_data import WithData


class Command(WithData, runserver.Command):
    """Django's runserver, on a site that has data."""
