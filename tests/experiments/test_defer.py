"""Posting with the work put off: the same view but for a line, and handed over on commit."""

import re
import sys
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import override_settings

from labapp.experiments.optimization.story import make_table
from labapp.experiments.perceived import defer_work
from labapp.experiments.perceived.aggregate import aggregate
from labapp.experiments.perceived.aggregate_batch import Waiting
from labapp.experiments.perceived.defer import defer
from labapp.experiments.perceived.defer_work import PHOTO
from labapp.experiments.perceived.pictures import picture
from labapp.pinsta.models import Photo
from tests.experiments.serving import served

BOTH = [(each, name) for each in (defer, aggregate) for name in each.variants]
NAMES = [f"{each.name} {name}" for each, name in BOTH]


@pytest.fixture
def handed(pinsta_db, tmp_path, monkeypatch):
    """What views hand over, instead of it being done: (who to, the photo's id, whether it is committed)."""
    make_table(Waiting)
    found = []

    def note(who):
        return lambda *args, **more: found.append((who, args[-1], not connection.in_atomic_block))

    for name in ("defer", "aggregate"):
        module = sys.modules[f"labapp.experiments.perceived.{name}"]
        monkeypatch.setattr(module, "finish", note("request"))
        monkeypatch.setattr(module, "finish_by_celery", SimpleNamespace(delay=note("Celery")))
        monkeypatch.setattr(module, "finish_by_task", SimpleNamespace(enqueue=note("Django Tasks")))
    monkeypatch.setattr(sys.modules["labapp.experiments.perceived.defer"], "after_response", note("thread"))
    monkeypatch.setattr(module, "finish_at_once", note("request"))  # the last of them: aggregate
    with override_settings(MEDIA_ROOT=tmp_path):
        yield found


def post(site, variant, person="ana"):
    """The Answer to a posted photo."""
    with picture(0.1).open("rb") as file:
        form = {"data": {"caption": "The harbour", "picture": file}}
        return site._answer("post", variant, "post/", person, form, {})


@pytest.mark.parametrize("experiment, name", BOTH, ids=NAMES)
def test_the_work_of_the_new_photo_is_handed_over_once_when_it_is_committed(handed, experiment, name):
    with served(experiment) as site:
        answer = post(site, name)
    assert answer.status_code == 200, answer.text
    photo = Photo.objects.order_by("-pk").first()
    assert re.search(PHOTO, answer.text)[1] == str(photo.pk) and photo.author.username == "ana"
    if name == "batched":
        assert not handed and Waiting.objects.get().photo_id == photo.pk
    else:
        ((who, handed_over, committed),) = handed
        assert (handed_over, committed) == (photo.pk, True)
        assert who == ("request" if name.startswith("inline") else name)


@pytest.mark.parametrize("experiment", [defer, aggregate], ids=["defer", "aggregate"])
def test_all_show_the_same_page_but_for_the_id(handed, experiment):
    with served(experiment) as site:
        pages = {re.sub(PHOTO, "", post(site, name).text) for name in experiment.variants}
    assert len(pages) == 1 and "ana" in pages.pop()


@pytest.mark.parametrize("experiment, name", BOTH, ids=NAMES)
def test_the_views_differ_in_one_line(experiment, name):
    def lines(variant):
        code = variant.source.split('"""')[2]
        return code.strip().splitlines()

    usual, this = lines(experiment.baseline), lines(experiment.variants[name])
    assert len(usual) == len(this)
    differ = [line for line, other in zip(usual, this, strict=True) if line != other]
    assert len(differ) == (0 if name == "inline" else 1)


def test_a_task_of_either_kind_does_what_the_request_does(monkeypatch):
    done = []
    monkeypatch.setattr(defer_work, "finish", done.append)
    defer_work.finish_by_celery.run(7), defer_work.finish_by_task.func(8)
    assert done == [7, 8]
