"""URLs that a case brings along."""

from contextlib import contextmanager
from types import ModuleType

from django.test import override_settings
from django.urls import path


@contextmanager
def serving(views: dict):
    """Serve these views, keyed by path, for as long as the block lasts."""
    module = ModuleType("shop_urls")
    module.urlpatterns = [path(address, view) for address, view in views.items()]
    with override_settings(ROOT_URLCONF=module):
        yield
