import os

from django_extensions.management.commands import shell_plus

from labapp.management.site_data import WithData


class Command(WithData, shell_plus.Command):
    """django-extensions' shell_plus, on a site that has data; `--lab` is JupyterLab with the models."""

    requires_system_checks = []

    def generate_kernel_specs(self, app, ipython_arguments):
        """The kernel that knows the models; what it needs to know it keeps, whoever starts it."""
        specs = super().generate_kernel_specs(app, ipython_arguments)
        for spec in specs.values():
            spec.env["DJANGO_SETTINGS_MODULE"] = os.environ["DJANGO_SETTINGS_MODULE"]
            # Cells run in an event loop, where Django refuses queries unless told that it is all right.
            spec.env["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        return specs
