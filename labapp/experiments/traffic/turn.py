"""A turn: one variant being served for a while, as the serving processes are told of it."""

import inspect
import re
from dataclasses import dataclass, field
from functools import wraps
from types import ModuleType

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends import locmem
from django.urls import path
from django.urls.converters import get_converters

from labapp import databases
from labapp.experiments.deferral import threads
from labapp.experiments.variant import BadVariant


@dataclass(frozen=True)
class Route:
    """A view at its address below the variant's mount, and the experiment's parameters that it takes."""

    pattern: str
    view: object
    name: str | None
    takes: tuple

    def pattern_with(self, parameters):
        """The URL pattern of the view with the values of its parameters."""
        values = {name: parameters[name] for name in self.takes}
        return path(self.pattern, _bound(self.view, values) if values else self.view, name=self.name)


@dataclass(frozen=True)
class Mount:
    """A variant as it is served: its Routes, and the MIDDLEWARE around them where it is not the usual one."""

    routes: tuple
    middleware: tuple | None = None


@dataclass(frozen=True)
class Turn:
    """What a serving process has to know: the world of this turn, and the variants.

    ``databases`` are entries as in DATABASES and ``caches`` as in CACHES, ``delay_ms`` is slept before each
    statement. ``mounts`` has the variants by the first part of their addresses. ``queue`` is the one
    that work is put into, None where none is.
    """

    number: int
    parameters: dict
    mounts: dict
    databases: dict = field(default_factory=dict)
    caches: dict = field(default_factory=dict)
    delay_ms: float = 0.0
    queue: object = None

    def enter(self, before=None):
        """Make this the world of the process; ``before`` is the Turn that was, if any."""
        for alias, entry in self.databases.items():
            if before is None or before.databases.get(alias) != entry:
                databases.use(entry, alias)
        caches.settings.update(self.caches)
        for kept in (locmem._caches, locmem._expire_info, locmem._locks):
            kept.clear()  # every turn begins with empty caches
        threads.use(self.delay_ms)
        if self.queue is not None and self.queue.kind.uses_broker:
            from labapp.experiments.deferral import celery_app

            celery_app.use(self.queue)

    def urls(self, mount):
        """The URLconf below this mount: the variant's own addresses, then all of Pinsta's."""
        from labapp.pinsta.urls import urlpatterns

        module = ModuleType(f"{mount}, turn {self.number}")
        own = [route.pattern_with(self.parameters) for route in self.mounts[mount].routes]
        module.urlpatterns = [*own, *urlpatterns]
        return module


def mounts(experiment):
    """{name of the mount: Mount} of all variants."""
    return {mount_name(each.name): mount(each, experiment) for each in experiment.variants.values()}


def mount(variant, experiment):
    """The Mount of this variant."""
    own = routes(variant, experiment.method.serves, experiment.parameters)
    usual = list(settings.MIDDLEWARE)
    return Mount(tuple(own), tuple(variant.middleware(usual)) if variant.middleware else None)


def routes(variant, serves, parameters):
    """The Routes of a variant: its own view at ``serves``, then its others; BadVariant where one cannot
    be."""
    own = route(serves, variant.function, None, parameters)
    return [own, *(route(str(each.pattern), each.callback, each.name, parameters) for each in variant.routes)]


def route(pattern, view, name, parameters):
    """The Route of this view; BadVariant if it asks for what neither the address nor the experiment has."""
    signature = inspect.signature(view).parameters.values()
    named = [each for each in signature if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    if any(each.kind is each.VAR_KEYWORD for each in signature) and len(named) <= 1:
        return Route(pattern, view, name, ())  # a view behind a decorator that hides its arguments
    address = _arguments(pattern)
    if not named or any(each.kind is each.POSITIONAL_ONLY for each in signature):
        raise BadVariant(f"{view.__name__}() must be a view: its first argument is the request.")
    unknown = [
        each.name for each in named[1:]
        if each.name not in (*address, *parameters) and each.default is inspect.Parameter.empty
    ]
    if unknown:
        offered = ", ".join(["request", *address, *parameters])
        raise BadVariant(
            f"{view.__name__}() asks for {', '.join(unknown)}, and this experiment offers {offered}."
        )
    takes = tuple(each.name for each in named[1:] if each.name in parameters and each.name not in address)
    return Route(pattern, view, name, takes)


def mount_name(variant):
    """The name of a variant as a part of an address: "edge-side-includes"."""
    return re.sub(r"[^a-z0-9]+", "-", variant.lower()).strip("-") or "variant"


def _arguments(pattern):
    """The names of the arguments in a path pattern: ["photo_id"]."""
    return re.findall(rf"<(?:(?:{'|'.join(get_converters())}):)?(\w+)>", pattern)


def _bound(view, values):
    @wraps(view)
    def bound(request, *args, **kwargs):
        return view(request, *args, **kwargs, **values)

    return bound
