"""Rows for a case: everything comes n times."""

import datetime

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connections

from tests.cases.models import Country, Detail, Maker, Note, Placement, Product, Review, Shelf, Tag

FIRST_DAY = datetime.date(2024, 1, 1)


def fill(n: int, using: str = "default") -> None:
    """n of everything, users too; each product has 2 tags, 2 shelves, 3 reviews, 1 note."""
    numbers = range(1, n + 1)
    ContentType.objects.clear_cache()  # it may be about another database

    def many(model, rows):
        model.objects.using(using).bulk_create(rows)

    many(Country, [Country(id=i, name=f"country {i}") for i in numbers])
    many(Maker, [Maker(id=i, name=f"O'Maker {i}", country_id=i) for i in numbers])
    many(Tag, [Tag(id=i, name=f"tag {i}") for i in numbers])
    many(Shelf, [Shelf(id=i, name=f"shelf {i}") for i in numbers])
    many(Product, [_product(i, n) for i in numbers])
    through = Product.tags.through
    many(through, [through(product_id=i, tag_id=(i + step) % n + 1) for i in numbers for step in (0, 1)])
    many(
        Placement, [Placement(product_id=i, shelf_id=(i + step) % n + 1) for i in numbers for step in (0, 1)]
    )
    many(Detail, [Detail(product_id=i, weight=i) for i in numbers])
    many(
        Review,
        [Review(product_id=i, stars=step, text=f"review {i}.{step}") for i in numbers for step in (1, 2, 3)],
    )
    kind = ContentType.objects.db_manager(using).get_for_model(Product)
    many(Note, [Note(content_type_id=kind.pk, object_id=i, text=f"note {i}") for i in numbers])
    many(User, [User(id=i, username=f"user{i}") for i in numbers])
    _number_on(using)


def _number_on(using: str) -> None:
    """PostgreSQL's numbering does not notice rows that brought their own id."""
    models = [*apps.get_app_config("shop").get_models(include_auto_created=True), User]
    with connections[using].cursor() as cursor:
        for statement in connections[using].ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _product(i: int, n: int) -> Product:
    return Product(
        id=i,
        name=f"product {i}",
        description=f"it is number {i}",
        price=10 * i,
        created=FIRST_DAY + datetime.timedelta(days=i),
        status=("new", "open", "done")[i % 3],
        maker_id=i,
        importer_id=i % n + 1,
    )


def thread(n: int) -> Review:
    """A chain of n answers to a first review; returns the last answer."""
    review = Review.objects.create(product_id=1, text="first")
    for step in range(n):
        review = Review.objects.create(product_id=1, parent=review, text=f"answer {step}")
    return Review.objects.get(pk=review.pk)


def tree(n: int) -> Review:
    """A review with n answers, each with one answer; returns the review."""
    root = Review.objects.create(product_id=1, text="root")
    for step in range(n):
        answer = Review.objects.create(product_id=1, parent=root, text=f"answer {step}")
        Review.objects.create(product_id=1, parent=answer, text=f"answer to {step}")
    return root
