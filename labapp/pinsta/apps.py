from django.apps import AppConfig


class PinstaConfig(AppConfig):
    """The photos, boards, people and everything they do to one another."""

    name = "labapp.pinsta"
    label = "pinsta"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import checks  # noqa: F401  (registers itself)
