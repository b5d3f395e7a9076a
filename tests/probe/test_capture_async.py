"""Coroutines: the same counts, and sites that are theirs."""

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from django.http import HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from labapp.probe import record
from labapp.probe.scope import current
from tests.cases.models import Country, Tag


def run(coroutine):
    """asyncio.run, and the connection of the thread that Django uses closed afterwards."""

    async def main():
        try:
            return await coroutine
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(main())


async def eleven():
    for i in range(3):
        await Tag.objects.acreate(name=f"tag {i}")
    tag = await Tag.objects.aget(name="tag 1")
    await Tag.objects.acount()
    await Tag.objects.filter(pk=tag.pk).aexists()
    async for _ in Tag.objects.all():
        pass
    await Tag.objects.filter(pk=tag.pk).aupdate(name="new")
    await tag.arefresh_from_db()
    await Tag.objects.afirst()
    found = []
    async for tag in Tag.objects.aiterator():
        found.append(tag)
    return found


def selects(statements):
    return [statement for statement in statements if not statement.startswith(("PRAGMA", "--"))]


def test_eleven_queries_of_a_coroutine(traced):
    with record() as recording:
        assert len(run(eleven())) == 3
    assert recording.count == len(selects(traced)) == 11
    assert {query.site.function for query in recording.queries} == {"eleven"}
    assert recording.queries[3].site.text == 'tag = await Tag.objects.aget(name="tag 1")'


def test_gathered_queries_know_where_they_were_gathered(traced):
    async def gathered():
        await asyncio.gather(*(Country.objects.acount() for _ in range(4)))

    with record() as recording:
        run(gathered())
    assert recording.count == len(selects(traced)) == 4
    texts = {query.site.text for query in recording.queries}
    assert texts == {"await asyncio.gather(*(Country.objects.acount() for _ in range(4)))"}
    assert len({query.key for query in recording.queries}) == 1


def test_tasks_with_code_of_their_own_show_that_code(shop_db):
    async def one():
        return await Country.objects.acount()

    async def both():
        async with asyncio.TaskGroup() as group:
            group.create_task(one())
            group.create_task(one())

    with record() as recording:
        run(both())
    assert {query.site.text for query in recording.queries} == {"return await Country.objects.acount()"}
    assert recording.queries[0].stack[1].text == "group.create_task(one())"
    assert recording.queries[0].key != recording.queries[1].key  # two lines


def test_a_recording_inside_a_coroutine_sees_only_its_own(shop_db):
    async def counting(times):
        with record() as recording:
            for _ in range(times):
                await Tag.objects.acount()
                await asyncio.sleep(0)
        return recording.count

    async def both():
        return await asyncio.gather(counting(3), counting(5))

    assert run(both()) == [3, 5]


def test_the_executors_thread_does_not_keep_the_scope(shop_db):
    async def twice():
        with record() as recording:
            await Tag.objects.acount()
        return recording.count, await sync_to_async(current.get)()

    assert run(twice()) == (1, None)


def test_sync_code_that_calls_async_code_that_calls_sync_code(shop_db):
    def inner():
        return Tag.objects.count()

    async def middle():
        return await sync_to_async(inner)()

    def outer():
        return async_to_sync(middle)()

    with record() as recording:
        assert outer() == 0
    assert recording.count == 1
    functions = [site.function.rsplit(".", 1)[-1] for site in recording.queries[0].stack]
    assert functions[:2] == ["inner", "middle"]


async def view(request):
    await Tag.objects.acount()
    return HttpResponse(str(await sync_to_async(Tag.objects.count)()))


urlpatterns = [path("view/", view)]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_async_view_through_either_client(shop_db, kind):
    async def asked():
        return await AsyncClient().get("/view/")

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]), record() as recording:
        answer = Client().get("/view/") if kind == "sync" else run(asked())
    assert answer.content == b"0"
    assert recording.count == 2
    assert {query.request for query in recording.queries} == {1}
    assert {query.site.function for query in recording.queries} == {"view"}
    assert [span.name for span in recording.spans if span.kind == "request"] == ["request GET /view/"]
