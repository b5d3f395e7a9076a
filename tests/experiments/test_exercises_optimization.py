"""The exercises of notebook 05: several right answers of different kinds pass, wrong ones are told why."""

import inspect

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Count, F, Index, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from labapp.experiments.exercises import optimization as lesson
from labapp.experiments.exercises import rival
from labapp.pinsta.models import Comment, Like, Photo
from labapp.services import ServiceError
from tests.experiments.exercises import kept  # noqa: F401
from tests.requires import needs

pytestmark = pytest.mark.usefixtures("kept")
Story = lesson.Story


def passes(exercise, answer):
    verdict = exercise.check(answer)
    assert verdict.passed, str(verdict)
    return str(verdict)


def fails(exercise, answer, *sentences):
    verdict = exercise.check(answer)
    assert not verdict
    for sentence in sentences:
        assert sentence in str(verdict), str(verdict)


def execute(sql, *params, many=None):
    with connection.cursor() as cursor:
        if many is not None:
            cursor.executemany(sql, many)
        else:
            cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else None


# 1. What comes back

COLUMNS = ("caption", "author__username", "author__profile__location")


def newsletter_by_hand(photos):
    return execute(
        "SELECT caption, username, location FROM pinsta_photo p JOIN auth_user u ON u.id = author_id "
        "JOIN pinsta_profile f ON f.user_id = u.id ORDER BY p.created DESC, p.id DESC LIMIT %s", photos,
    )


@pytest.mark.parametrize("answer", [
    lambda photos: Photo.objects.values_list(*COLUMNS)[:photos],
    lambda photos: Photo.objects.values(*COLUMNS)[:photos],
    lambda photos: list(Photo.objects.values_list(*COLUMNS, named=True)[:photos]),
    lambda photos: [list(row) for row in Photo.objects.values_list(*COLUMNS)[:photos].iterator()],
    newsletter_by_hand,
], ids=["values_list", "values", "named", "lists", "by hand"])  # fmt: skip
def test_rows_of_any_kind_pass(answer):
    assert "No instance of a model was made." in passes(lesson.plain_rows, answer)


def test_models_are_right_rows_and_no_solution():
    fails(
        lesson.plain_rows, lesson.newsletter.baseline.function,
        "✓ The right result", "✗", "instances of models were made",
    )
    fails(
        lesson.plain_rows, lambda photos: Photo.objects.values_list(*COLUMNS)[: photos - 1],
        "Not the right result",
    )


# 2. What goes out


def turn_in_bulk(photos):
    found = list(Photo.objects.filter(pk__lte=photos))
    for photo in found:
        photo.width, photo.height = photo.height, photo.width
    Photo.objects.bulk_update(found, ["width", "height"])


@pytest.mark.parametrize("answer", [
    lambda photos: Photo.objects.filter(pk__lte=photos).update(width=F("height"), height=F("width")),
    lambda photos: execute("UPDATE pinsta_photo SET width = height, height = width WHERE id <= %s", photos),
    turn_in_bulk,
], ids=["F", "by hand", "bulk_update"])  # fmt: skip
def test_turning_in_one_statement_passes(answer):
    passes(lesson.turn_all, answer)


def test_turning_row_by_row_grows_and_turning_half_is_wrong():
    fails(lesson.turn_all, lesson.turned.baseline.function, "✓ The right result", "it still grows")
    fails(
        lesson.turn_all, lambda photos: Photo.objects.filter(pk__lte=photos).update(width=F("height")),
        "Not the right result",
    )
    fails(
        lesson.turn_all, lambda photos: Photo.objects.update(width=F("height"), height=F("width")),
        "Not the right result",
    )


def ana():
    return get_user_model().objects.get(username="ana")


def thank_in_bulk(photos):
    about = {"author": ana(), "text": lesson.THANKS, "created": timezone.now()}
    Comment.objects.bulk_create([Comment(photo=each, **about) for each in Photo.objects.all()[:photos]])


INTO = "INSERT INTO pinsta_comment (photo_id, author_id, text, created) "


def thank_by_driver(photos):
    by, now = ana().pk, timezone.now()
    keys = Photo.objects.values_list("pk", flat=True)[:photos]
    execute(INTO + "VALUES (%s, %s, %s, %s)", many=[(pk, by, lesson.THANKS, now) for pk in keys])


def thank_by_select(photos):
    execute(
        INTO + "SELECT p.id, u.id, %s, %s FROM pinsta_photo p, auth_user u WHERE u.username = 'ana' "
        "ORDER BY p.created DESC, p.id DESC LIMIT %s", lesson.THANKS, timezone.now(), photos,
    )


@pytest.mark.parametrize("answer", [thank_in_bulk, thank_by_driver, thank_by_select])
def test_inserting_in_bulk_by_any_way_passes(answer):
    passes(lesson.thank_all, answer)


def test_inserting_one_by_one_grows_also_in_one_transaction():
    one_by_one = lesson.thanked.baseline.function
    fails(lesson.thank_all, one_by_one, "✓ The right result", "it still grows")
    fails(lesson.thank_all, transaction.atomic(one_by_one), "✓ The right result", "it still grows")


def test_inserting_less_or_for_another_is_wrong():
    fails(lesson.thank_all, lambda photos: thank_in_bulk(photos - 1), "Not the right result")
    fails(lesson.thank_all, lambda photos: None, "Not the right result")


# A counter that loses nothing


def add(pk):
    Story.objects.filter(pk=pk).update(likes=F("likes") + 1, version=F("version") + 1)


def add_in_save(pk):
    story = Story.objects.get(pk=pk)
    story.likes = F("likes") + 1
    story.save(update_fields=["likes"])


def add_by_hand(pk):
    execute("UPDATE lab_narrow SET likes = likes + 1 WHERE id = %s", pk)


def lock(pk):
    with transaction.atomic():
        story = Story.objects.select_for_update().get(pk=pk)
        story.likes += 1
        story.save()


def retry(pk):
    written = 0
    while not written:
        story = Story.objects.get(pk=pk)
        unchanged = Story.objects.filter(pk=pk, version=story.version)
        written = unchanged.update(likes=story.likes + 1, version=story.version + 1)


def read_and_save(pk):
    story = Story.objects.get(pk=pk)
    story.likes += 1
    story.save()


@pytest.fixture(params=["sqlite", "postgresql"])
def vendor(request, monkeypatch):
    if request.param == "postgresql":
        needs("postgresql")
    else:
        monkeypatch.setattr(rival, "_postgresql", missing)
        monkeypatch.setattr("labapp.experiments.seal.replaced", list)  # it would notice
    return request.param


def missing():
    raise ServiceError("There is no PostgreSQL here.")


@pytest.mark.parametrize("answer", [add, add_in_save, add_by_hand, lock, retry])
def test_likes_that_are_never_lost_pass(answer, vendor):
    text = passes(lesson.like_counter, answer)
    assert ("Tried on SQLite" in text) == (vendor == "sqlite")


def test_reading_adding_and_saving_loses_one_of_two(vendor):
    fails(
        lesson.like_counter, read_and_save,
        "✓ Alone, it adds one like.", "✗ 1 of 2 likes is lost", "story.save()",
    )


def test_a_transaction_alone_loses_one_on_postgresql():
    needs("postgresql")
    fails(lesson.like_counter, transaction.atomic(read_and_save), "1 of 2 likes is lost")


def test_a_lock_makes_the_other_one_wait():
    assert "It had to wait for you, and wrote then." in passes(lesson.like_counter, lock)


def test_a_check_and_then_a_write_without_version_loses(vendor):
    """Looking twice is no lock."""

    def careful(pk):
        likes = Story.objects.get(pk=pk).likes
        if Story.objects.get(pk=pk).likes == likes:
            Story.objects.filter(pk=pk).update(likes=likes + 1)

    fails(lesson.like_counter, careful, "1 of 2 likes is lost")


def test_what_adds_nothing_or_elsewhere_is_told(vendor):
    fails(lesson.like_counter, lambda pk: None, "Alone, it adds 0 likes, not 1.")
    fails(
        lesson.like_counter, lambda pk: Story.objects.update(likes=F("likes") + 1),
        "Something else has changed",
    )
    fails(lesson.like_counter, lambda pk: add(pk) or add(pk), "Alone, it adds 2 likes, not 1.")
    fails(lesson.like_counter, lambda pk: Story.objects.filter(pk=pk).delete(), "Something else")


def test_what_raises_is_told():
    fails(lesson.like_counter, lambda pk: Story.objects.get(pk=pk).nothing, "It raises AttributeError")
    fails(lesson.like_counter, lambda story: None, "This cannot be called")
    fails(lesson.like_counter, None, "wants the function itself")


# 3. What the database reads

FOUR = ["width", "height", "-created", "-id"]


@pytest.mark.parametrize("answer", [
    Index(fields=FOUR, name="four"),
    [Index(fields=FOUR)],
    Index(fields=["height", "width", "created", "id"], name="backwards"),
    Index(fields=["width", "height", "created"], name="three"),
    Index(fields=["height", "-created", "-id"], condition=Q(width=1920), name="part"),
    Index(fields=[*FOUR, "caption", "image", "author", "board"], name="covering"),
    Index(F("width"), F("height"), F("created").desc(), F("id").desc(), name="expressions"),
    "CREATE INDEX mine ON pinsta_photo (width, height, created DESC, id DESC)",
], ids=str)  # fmt: skip
def test_any_index_that_does_it_passes(answer):
    passes(lesson.wallpaper_index, answer)


@pytest.mark.parametrize(("answer", "sentence"), [
    (Index(fields=["board"], name="other"), "It reads pinsta_photo whole."),
    (Index(fields=["width", "height"], name="unsorted"), "It sorts what it has found"),
    (Index(fields=["width", "-created", "-id"], name="one"), "it passes many that are not wanted"),
    (Index(fields=["-created", "-id"], name="order"), "it passes many that are not wanted"),
    ([Index(fields=["width"]), Index(fields=["height"])], "These are 2 indexes."),
    ([], "There is no index yet"),
    (None, "There is no index yet"),
    ("width", "The text must be one CREATE INDEX"),
    ("DROP TABLE pinsta_photo", "The text must be one CREATE INDEX"),
    ("CREATE INDEX", "The index cannot be made: incomplete input."),
    ("CREATE INDEX i ON pinsta_photo (id); DELETE FROM pinsta_photo", "The index cannot be made"),
    (Index(fields=["colour"], name="unknown"), "cannot be made: Photo has no field named 'colour'."),
    (7, "this is int"),
], ids=str)  # fmt: skip
def test_an_index_that_does_not_is_told_why(answer, sentence):
    fails(lesson.wallpaper_index, answer, sentence)


def test_the_readers_index_is_left_as_it_is():
    index = Index(fields=FOUR)
    passes(lesson.wallpaper_index, index)
    assert index.name == ""


def test_the_plan_as_it_is_reads_all_and_sorts():
    plan = lesson.wallpaper_index.plan()
    assert plan.scans() == ["pinsta_photo"] and "TEMP B-TREE" in plan.text


@pytest.mark.parametrize("answer", [
    lambda after, size: Photo.objects.filter(pk__lt=after).order_by("-pk")[:size],
    lambda after, size: Photo.objects.filter(pk__lt=after).order_by("-pk").values("caption")[:size],
    lambda after, size: execute(
        "SELECT caption FROM pinsta_photo WHERE id < %s ORDER BY id DESC LIMIT %s", after, size
    ),
], ids=["models", "values", "by hand"])  # fmt: skip
def test_keyset_pages_of_any_kind_pass(answer):
    passes(lesson.keyset, answer)


def test_offset_reads_more_and_an_off_by_one_is_wrong():
    fails(lesson.keyset, lesson.offset, "✓ The right result", "it reads more than is shown")
    fails(
        lesson.keyset, lambda after, size: Photo.objects.filter(pk__lte=after).order_by("-pk")[:size],
        "Not the right result",
    )


# 4. What the database computes


def counted(**counts):
    page = Photo.objects.annotate(**counts).order_by("-created", "-id")
    return page.values_list("caption", *counts)


def number_of(model):
    rows = model.objects.filter(photo=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("photo").values(n=Count("pk"))), 0)


def in_three_queries(photos):
    page = list(Photo.objects.values_list("pk", "caption")[:photos])
    keys = [pk for pk, _ in page]
    likes, comments = (
        dict(model.objects.filter(photo__in=keys).order_by().values_list("photo").annotate(Count("pk")))
        for model in (Like, Comment)
    )
    return [(caption, likes.get(pk, 0), comments.get(pk, 0)) for pk, caption in page]


@pytest.mark.parametrize("answer", [
    lambda photos: counted(a=Count("likes", distinct=True), b=Count("comments", distinct=True))[:photos],
    lambda photos: counted(a=number_of(Like), b=number_of(Comment))[:photos],
    in_three_queries,
], ids=["distinct", "subqueries", "three queries"])  # fmt: skip
def test_right_numbers_by_any_way_pass(answer):
    passes(lesson.right_numbers, answer)


def test_the_double_annotate_is_wrong_and_the_difference_is_shown():
    fails(
        lesson.right_numbers, lambda photos: counted(a=Count("likes"), b=Count("comments"))[:photos],
        "Not the right result", ", should be ", "✓ 1 query at every size",
    )
    fails(lesson.right_numbers, lesson.numbers.baseline.function, "1 + 2n queries")


# Closing


def test_the_transfer_question_is_answered_by_counting():
    assert "Steps of SQLite, measured" in passes(lesson.transfer, " Followed, created")
    for wrong in ("created", "followed", "created, followed"):
        fails(lesson.transfer, wrong, "and with another it takes fewer")
    fails(lesson.transfer, "both", "It is one of")


def test_no_hint_comes_before_it_is_asked_for_and_none_is_a_whole_solution():
    for exercise in (lesson.plain_rows, lesson.wallpaper_index, lesson.like_counter):
        first, second = exercise.hint(), exercise.hint()
        assert first.startswith("Hint 1 of") and second.startswith("Hint 2 of")
        assert "def " not in inspect.cleandoc(str(second))
