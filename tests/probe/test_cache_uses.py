"""What of Django itself asks the cache: fragments, pages, sessions; and where that is said to come from."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.cache import cache_page

from labapp.probe import record
from tests.cases.models import Tag


@cache_page(60)
def page(request):
    return HttpResponse(f"{Tag.objects.count()} tags")


def counting(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse("counted")


urlpatterns = [path("page/", page), path("counting/", counting)]
used = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture(autouse=True)
def empty(shop_db):
    cache.clear()


def ops(recording):
    return [call.op for call in recording.cache]


def test_a_fragment_is_a_miss_and_a_set_then_a_hit():
    template = engines["django"].from_string(
        "{% load cache %}\n{% cache 60 part %}{{ tags.count }}{% endcache %}"
    )
    recordings = []
    for _ in range(2):
        with record() as recording:
            template.render({"tags": Tag.objects.all()})
        recordings.append(recording)
    first, second = recordings
    assert (ops(first), first.cache_hits, first.cache_misses, first.count) == (["get", "set"], 0, 1, 1)
    assert (ops(second), second.cache_hits, second.cache_misses, second.count) == (["get"], 1, 0, 0)
    assert second.cache[0].template.text == "{% cache 60 part %}"


@used
def test_a_page_out_of_the_cache():
    with record() as recording:
        for _ in range(2):
            assert Client().get("/page/").content == b"0 tags"
    # what the answer varies with is stored beside the page
    assert ops(recording) == ["get", "set", "set", "get", "get"]
    assert [call.request for call in recording.cache] == [1, 1, 1, 2, 2]
    assert (recording.cache_hits, recording.cache_misses, recording.count) == (2, 1, 1)


@used
@override_settings(SESSION_ENGINE="django.contrib.sessions.backends.cache")
def test_sessions_in_the_cache():
    client = Client()
    with record() as recording:
        for _ in range(2):
            client.get("/counting/")
    # a new key is looked for and added; later the session is read, looked for once more, and stored
    assert ops(recording) == ["has_key", "add", "get", "get", "set"]
    assert (recording.cache_hits, recording.cache_misses, recording.count) == (2, 1, 0)
    assert all("session" in call.keys[0] for call in recording.cache)
