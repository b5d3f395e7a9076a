"""Eager loads: what was loaded ahead, and how much of it was read."""

import copy
import gc
import pickle

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, prefetch_related_objects, query

from labapp.probe import record
from labapp.probe.watched import WatchedCache
from tests.cases.models import Country, Detail, Maker, Note, Product, Review, Tag

ROWS = 4


@pytest.fixture
def shop(shop_db):
    ContentType.objects.clear_cache()  # of another test's database
    country = Country.objects.create(name="Chile")
    for i in range(ROWS):
        maker = Maker.objects.create(name=f"maker {i}", country=country)
        product = Product.objects.create(name=f"product {i}", created="2026-11-23", maker=maker)
        Review.objects.create(product=product)
        Detail.objects.create(product=product)
        product.tags.add(Tag.objects.create(name=f"tag {i}"))
        Note.objects.create(about=product, text="note")


def loads(work):
    """(kind, model, relation) -> (instances, used, alive) of what the work loaded ahead."""
    with record() as recording:
        work()
    return {
        (load.kind, load.model, load.relation): (load.instances, load.used, load.alive)
        for load in recording.eager
    }


def one(work):
    found = loads(work)
    assert len(found) == 1, found
    return next(iter(found.values()))


RELATIONS = {
    "select foreign key": (lambda: Product.objects.select_related("maker"), lambda product: product.maker),
    "select one to one": (lambda: Product.objects.select_related("detail"), lambda product: product.detail),
    "prefetch foreign key": (
        lambda: Product.objects.prefetch_related("maker"),
        lambda product: product.maker,
    ),
    "prefetch one to one": (
        lambda: Product.objects.prefetch_related("detail"),
        lambda product: product.detail,
    ),
    "prefetch reverse": (
        lambda: Product.objects.prefetch_related("reviews"),
        lambda product: list(product.reviews.all()),
    ),
    "prefetch many": (
        lambda: Product.objects.prefetch_related("tags"),
        lambda product: len(product.tags.all()),
    ),
    "prefetch queryset": (
        lambda: Product.objects.prefetch_related(Prefetch("tags", Tag.objects.order_by("name"))),
        lambda product: product.tags.all()[0],
    ),
    "prefetch generic": (
        lambda: Product.objects.prefetch_related("notes"),
        lambda product: bool(product.notes.all()),
    ),
    "prefetch generic foreign key": (
        lambda: Note.objects.prefetch_related("about"),
        lambda note: note.about,
    ),
    "prefetch in chunks": (
        lambda: Product.objects.prefetch_related("tags").iterator(chunk_size=3),
        lambda product: list(product.tags.all()),
    ),
}


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_that_is_read(shop, name):
    rows, read = RELATIONS[name]
    assert one(lambda: [read(row) for row in rows()]) == (ROWS, ROWS, 0)


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_that_nobody_reads(shop, name):
    rows, _ = RELATIONS[name]
    assert one(lambda: [row.pk for row in rows()]) == (ROWS, 0, 0)


def test_a_relation_read_on_one_instance_twice_is_used_once(shop):
    def work():
        first = list(Product.objects.select_related("maker"))[0]
        assert first.maker is first.maker

    assert one(work) == (ROWS, 1, 0)


def test_a_prefetched_relation_that_is_filtered_is_not_used(shop):
    def work():
        for product in Product.objects.prefetch_related("tags"):
            list(product.tags.filter(name="tag 1"))
            product.tags.order_by("name").first()

    assert one(work) == (ROWS, 0, 0)


def test_a_prefetched_relation_that_is_counted_is_used(shop):
    assert one(lambda: [p.reviews.count() for p in Product.objects.prefetch_related("reviews")]) == (
        ROWS,
        ROWS,
        0,
    )


def test_nested_relations_each_have_their_entry(shop):
    def work():
        for product in Product.objects.select_related("maker__country").prefetch_related("tags__products"):
            product.maker.name
            list(product.tags.all())

    assert loads(work) == {
        ("select_related", "Product", "maker"): (ROWS, ROWS, 0),
        ("select_related", "Product", "maker__country"): (ROWS, 0, 0),
        ("prefetch_related", "Product", "tags"): (ROWS, ROWS, 0),
        ("prefetch_related", "Product", "tags__products"): (ROWS, 0, 0),
    }


def test_djangos_own_way_through_a_relation_is_no_use(shop):
    found = loads(lambda: list(Product.objects.select_related("maker").prefetch_related("maker__products")))
    assert found[("select_related", "Product", "maker")] == (ROWS, 0, 0)

    def again():
        products = list(Product.objects.prefetch_related("tags"))
        prefetch_related_objects(products, "tags__products")

    found = loads(again)
    assert found[("prefetch_related", "Product", "tags")] == (ROWS, 0, 0)


def test_what_is_still_held_is_alive(shop):
    kept = []
    assert one(lambda: kept.extend(Product.objects.select_related("maker"))) == (ROWS, 0, ROWS)
    kept.clear()
    assert one(lambda: kept.append(Product.objects.select_related("maker")[1])) == (1, 0, 1)


def test_alive_is_right_with_garbage_collection_switched_off(shop):
    gc.disable()
    try:
        assert one(lambda: list(Product.objects.prefetch_related("reviews"))) == (ROWS, 0, 0)
    finally:
        gc.enable()


def test_relations_that_are_null_or_have_a_place_of_their_own_are_left_out(shop):
    assert loads(lambda: list(Product.objects.select_related("importer").prefetch_related("importer"))) == {}
    assert loads(lambda: list(Product.objects.prefetch_related(Prefetch("tags", to_attr="labels")))) == {}


def test_an_empty_relation_counts_as_loaded_and_read(shop):
    Tag.objects.all().delete()
    assert one(lambda: [list(p.tags.all()) for p in Product.objects.prefetch_related("tags")]) == (
        ROWS,
        ROWS,
        0,
    )


def test_the_same_line_again_is_one_entry_with_its_site(shop):
    with record() as recording:
        for _ in range(3):
            list(Product.objects.select_related("maker"))
        list(Product.objects.select_related("maker"))
    assert [load.instances for load in recording.eager] == [3 * ROWS, ROWS]
    assert {load.site.text for load in recording.eager} == {'list(Product.objects.select_related("maker"))'}
    assert recording.eager[0].key == recording.queries[0].key


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))])
def test_copies_and_pickles_are_plain_and_count_as_use(shop, duplicate):
    copies = []

    def work():
        for product in Product.objects.select_related("maker").prefetch_related("tags"):
            copies.append(duplicate(product))
            assert isinstance(product._state.fields_cache, WatchedCache)

    found = loads(work)
    assert found[("select_related", "Product", "maker")][:2] == (ROWS, ROWS)
    with record() as recording:
        for product in copies:
            assert type(product._state.fields_cache) is dict
            assert product.maker.name
            if duplicate is not copy.deepcopy:  # Django's query sets leave their rows behind then
                assert [tag.name for tag in product.tags.all()]
    assert recording.count == 0


def test_a_pickled_query_set_is_plain(shop):
    with record():
        product = Product.objects.prefetch_related("tags").first()
        tags = pickle.loads(pickle.dumps(product.tags.all()))
    assert type(tags._result_cache) is list and len(tags) == 1


def test_a_value_that_is_set_is_not_the_one_that_was_loaded(shop):
    maker = Maker.objects.first()

    def work():
        for product in Product.objects.select_related("maker"):
            product.maker = maker
            product.maker.name

    assert one(work) == (ROWS, 0, 0)


def test_nested_recordings_both_know(shop):
    with record() as outer, record() as inner:
        for product in Product.objects.select_related("maker"):
            product.maker
    assert inner.eager[0].used == outer.eager[0].used == ROWS


def test_without_eager_nothing_of_django_is_wrapped(shop):
    plain = (query.prefetch_one_level, query.RelatedPopulator.populate)
    with record(eager=False) as recording:
        inside = (query.prefetch_one_level, query.RelatedPopulator.populate)
        product = Product.objects.select_related("maker").first()
        assert type(product._state.fields_cache) is dict
        with record():
            assert query.prefetch_one_level is not plain[0]
    after = (query.prefetch_one_level, query.RelatedPopulator.populate)
    assert plain == inside == after
    assert recording.eager == []
