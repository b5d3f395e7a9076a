"""A small site and a client for it: requests as a server makes them, in this process."""

import threading
from typing import NamedTuple
from wsgiref.util import setup_testing_defaults

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import path

from labapp.probe.ledger import marked
from tests.cases.models import Tag

threads: list[threading.Thread] = []  # those that views started
go = threading.Event()  # what they wait for


class Answer(NamedTuple):
    status: str
    headers: list
    body: bytes
    given: object  # what the application returned

    @property
    def timings(self):
        return [value for name, value in self.headers if name == "Server-Timing"]


def get(application, path="/", method="GET", **environ):
    """Ask as a WSGI server does: read the body to its end and close it."""
    asked = {"SCRIPT_NAME": "", "PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "localhost"}
    environ = asked | environ
    setup_testing_defaults(environ)
    started, written = [], []

    def start_response(status, headers, exc_info=None):
        started[:] = [status, headers]
        return written.append

    given = application(environ, start_response)
    try:
        body = b"".join(given)
    finally:
        if hasattr(given, "close"):
            given.close()
    return Answer(*started, b"".join(written) + body, given)


def page(request, queries=2):
    """So many queries, and a hit and a miss in the cache."""
    for number in range(queries):
        Tag.objects.create(name=f"tag {number}")
    cache.set("part", 1)
    cache.get_many(["part", "none"])
    return HttpResponse("page", headers={"Server-Timing": "mine;dur=1"})


def stream(request):
    """One query before the headers, three after them."""
    Tag.objects.count()
    return StreamingHttpResponse(str(Tag.objects.count()) for _ in range(3))


def broken_stream(request):
    """It breaks when its status has been sent."""

    def chunks():
        yield "begun"
        Tag.objects.count()
        raise RuntimeError("broken")

    return StreamingHttpResponse(chunks())


def late(request):
    """A thread that sends a query while the request is answered, and two after that."""
    running = threading.Event()

    def work():
        connection.ensure_connection()
        connection.connection.create_function("waiting", 0, lambda: running.set() or go.wait(30) or 0)
        with connection.cursor() as cursor, marked("late"):
            cursor.execute("SELECT 1")
            cursor.execute("SELECT waiting()")
            cursor.execute("SELECT 2")
            cache.get("late")
        connection.close()

    threads.append(threading.Thread(target=work, name="latecomer"))
    threads[-1].start()
    assert running.wait(30)
    return HttpResponse("answered")


def file(request):
    """A file, which servers have their own way to send."""
    return FileResponse(open(__file__, "rb"))


def marking(request):
    """A mark around a query."""
    with marked("recompute"):
        Tag.objects.count()
    return HttpResponse("marked")


urlpatterns = [
    path("", page),
    path("pages/<int:queries>/", page),
    path("stream/", stream),
    path("broken/", broken_stream),
    path("late/", late),
    path("file/", file),
    path("marking/", marking),
]


def site():
    """Django's own WSGI application; ROOT_URLCONF is to be this module."""
    return WSGIHandler()
