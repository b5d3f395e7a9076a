"""What happens around the queries: templates being rendered, connections being made, requests handled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import wraps
from time import perf_counter_ns

from django.core.handlers.base import BaseHandler
from django.db.backends.base.base import BaseDatabaseWrapper
from django.template.base import Template

from .entry import here
from .scope import Scope, active, entered


@dataclass(slots=True)
class Open:
    """A span while it lasts; also the mark that tells the queries of one request from those of another."""

    name: str
    kind: str
    depth: int
    thread: str
    started: int
    ended: int | None = None


def begin(scope: Scope, name: str, kind: str) -> Open:
    """Tell the recorders that something began."""
    span = Open(name, kind, scope.depth, here.name, perf_counter_ns())
    for recorder in scope.recorders:
        recorder.hear_span(span)
    return span


def install() -> None:
    """Wrap Template.render, BaseDatabaseWrapper.connect and the request handlers."""
    Template.render = _rendering(Template.render)
    BaseDatabaseWrapper.connect = _connecting(BaseDatabaseWrapper.connect)
    BaseHandler.get_response = _responding(BaseHandler.get_response)
    BaseHandler.get_response_async = _responding_async(BaseHandler.get_response_async)


def _rendering(render):
    @wraps(render)
    def rendering(self, context):
        scope = active()
        if scope is None or not scope.spans or (scope.rendering and context.template is not None):
            return render(self, context)  # an include is part of its template
        span = begin(scope, f"template {self.name or '(a string)'}", "template")
        try:
            with entered(replace(scope, rendering=True, depth=scope.depth + 1)):
                return render(self, context)
        finally:
            span.ended = perf_counter_ns()

    return rendering


def _connecting(connect):
    @wraps(connect)
    def connecting(self):
        scope = active()
        if scope is None or not scope.spans:
            return connect(self)
        span = begin(scope, f"connect {self.alias}", "connect")
        try:
            return connect(self)
        finally:
            span.ended = perf_counter_ns()

    return connecting


def _request_name(request) -> str:
    return f"request {request.method} {request.get_full_path()}"


def _responding(get_response):
    @wraps(get_response)
    def responding(self, request):
        scope = active()
        if scope is None or not scope.spans:
            return get_response(self, request)
        span = begin(scope, _request_name(request), "request")
        try:
            with entered(replace(scope, request=span, rendering=False, depth=scope.depth + 1)):
                return get_response(self, request)
        finally:
            span.ended = perf_counter_ns()

    return responding


def _responding_async(get_response_async):
    @wraps(get_response_async)
    async def responding(self, request):
        scope = active()
        if scope is None or not scope.spans:
            return await get_response_async(self, request)
        span = begin(scope, _request_name(request), "request")
        try:
            with entered(replace(scope, request=span, rendering=False, depth=scope.depth + 1)):
                return await get_response_async(self, request)
        finally:
            span.ended = perf_counter_ns()

    return responding
