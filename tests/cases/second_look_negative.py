"""A second look at what is right: dashboards, jobs in batches, caches, loops of a fixed length."""

import asyncio
import datetime
import itertools
from functools import lru_cache

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import connection, models, transaction
from django.db.models import Count, Max, Min
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client

from tests.cases.catalogue import silent
from tests.cases.models import Country, Detail, Maker, Note, Placement, Product, Review, Shelf, Tag
from tests.cases.urls import serving


class Status(models.TextChoices):
    NEW = "new"
    OPEN = "open"
    DONE = "done"


@silent()
def sorted_after_a_prefetch(n):
    for product in Product.objects.prefetch_related("reviews"):
        sorted(
            (review for review in product.reviews.all() if review.stars > 1), key=lambda review: review.stars
        )


@silent()
def look_ups_remembered(n):
    @lru_cache
    def shelf_name(number):
        return Shelf.objects.get(pk=number).name

    return [shelf_name(1 + product.id % 2) for product in Product.objects.all()]


@silent()
def loop_over_choices(n):
    products = list(Product.objects.all())
    return products, {status: Product.objects.filter(status=status).count() for status in Status.values}


@silent()
def dashboard(n):
    return {
        "new": Product.objects.filter(status="new").count(),
        "open": Product.objects.filter(status="open").count(),
        "done": Product.objects.filter(status="done").count(),
        "dear": Product.objects.filter(price__gt=20).count(), "all": Product.objects.count(),
        "first": Product.objects.aggregate(Min("created")),
        "last": Product.objects.aggregate(Max("created")),
    }  # fmt: skip


@silent()
def one_table_after_the_other(n):
    return {
        model.__name__: model.objects.count() for model in (Product, Maker, Tag, Note, Review, Shelf, Detail)
    }


@silent()
def emptied_one_after_the_other(n):
    for model in [Placement, Detail, Review, Note, Product, Maker, Country]:
        model.objects.all().delete()


@silent()
def three_attempts(n):
    for _ in range(3):
        if Product.objects.filter(name="not there").exists():
            break


@silent(grows=True)
def batches_by_islice(n):
    numbers = Product.objects.values_list("id", flat=True).iterator()
    while batch := list(itertools.islice(numbers, 2)):
        list(Product.objects.filter(pk__in=batch).values("name"))


@silent(grows=True)
def upserts_in_batches(n):
    tags = [Tag(id=number, name=f"changed {number}") for number in range(1, n + 1)]
    Tag.objects.bulk_create(
        tags, batch_size=2, update_conflicts=True, update_fields=["name"], unique_fields=["id"]
    )


@silent(grows=True)
def parents_and_children_in_batches(n):
    makers = Maker.objects.bulk_create([Maker(name=f"m{i}", country_id=1) for i in range(n)], batch_size=2)
    day = datetime.date(2024, 1, 1)
    Product.objects.bulk_create(
        [Product(name="p", maker=maker, created=day) for maker in makers], batch_size=2
    )


@silent(grows=True)
def week_by_week(n):
    start, end = datetime.date(2024, 1, 1), datetime.date(2024, 1, 2) + datetime.timedelta(n)
    while start < end:
        after = start + datetime.timedelta(2)
        list(Product.objects.filter(created__gte=start, created__lt=after))
        start = after


@silent(grows=True)
def keyset_pages_newest_first(n):
    seen = datetime.date(2100, 1, 1)
    while True:
        page = list(
            Product.objects.filter(created__lt=seen)
            .order_by("-created")
            .values_list("created", flat=True)[:3]
        )
        if len(page) < 3:
            break
        seen = page[-1]


@silent(grows=True)
def keyset_pages_with_their_prefetches(n):
    last = 0
    while page := list(
        Product.objects.filter(id__gt=last).order_by("id").prefetch_related("tags", "reviews")[:2]
    ):
        [(list(product.tags.all()), list(product.reviews.all())) for product in page]
        last = page[-1].id


@silent(grows=True)
def pages_with_their_relations(n):
    for page in Paginator(Product.objects.order_by("id").select_related("maker").prefetch_related("tags"), 2):
        [(product.maker.name, list(product.tags.all())) for product in page]


@silent(grows=True)
def chunked_update(n):
    ids = list(Product.objects.values_list("id", flat=True))
    for start in range(0, n, 2):
        Product.objects.filter(id__in=ids[start : start + 2]).update(status="done")


@silent(grows=True)
def drained_by_sql(n):
    with connection.cursor() as cursor:
        while True:
            cursor.execute("DELETE FROM shop_note WHERE id IN (SELECT id FROM shop_note LIMIT 2)")
            if not cursor.rowcount:
                break


@silent()
def a_tree_level_by_level(n):
    parents = [Review(id=1000 + i, product_id=1) for i in range(n)]
    for level in range(1, 5):
        Review.objects.bulk_create(parents)
        parents = [
            Review(id=1000 * (level + 1) + i, product_id=1, parent=one) for i, one in enumerate(parents)
        ]
    ids = [1000 + i for i in range(n)]
    while ids:
        ids = list(Review.objects.filter(parent__in=ids).values_list("id", flat=True))


@silent()
def three_different_things_at_once(n):
    async def ask():
        return await asyncio.gather(Product.objects.acount(), Maker.objects.acount(), Tag.objects.afirst())

    return asyncio.run(ask())


@silent(grows=False)
def nested_savepoints_around_one_write(n):
    with transaction.atomic():
        for _ in range(n):
            with transaction.atomic():
                pass
        Tag.objects.create(name="one")


@silent()
def rows_fetched_in_portions(n):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM shop_product")
        while cursor.fetchmany(2):
            pass


@silent()
def template_with_counts_annotated(n):
    page = Template("{% for maker in makers %}{{ maker.number }} {% endfor %}{{ makers.count }}")
    return page.render(Context({"makers": Maker.objects.annotate(number=Count("products"))}))


def _detail(request, number):
    product = Product.objects.select_related("maker").get(pk=number)
    return HttpResponse(f"{request.user} {product.maker.name} {product.reviews.count()}")


@silent(grows=True)
def pages_of_all_products(n):
    with serving({"<int:number>/": _detail}):
        client = Client()
        client.force_login(User.objects.first())
        for number in range(1, n + 1):
            client.get(f"/{number}/")


@silent()
def a_login_by_form(n):
    user = User.objects.get(pk=1)
    user.set_password("secret")
    user.save()
    client = Client()
    assert client.login(username="user1", password="secret")
    client.logout()


@silent()
def first_and_last(n):
    products = Product.objects.order_by("id")
    return products.first(), products.last(), products.exists()


@silent()
def relations_of_one_object(n):
    product = Product.objects.get(pk=1)
    return (
        product.maker,
        product.importer,
        list(product.tags.all()),
        list(product.reviews.all()),
        product.detail,
    )


@silent()
def two_objects_side_by_side(n):
    left, right = Product.objects.get(pk=1), Product.objects.get(pk=2)
    return [(one.maker.name, one.detail.weight) for one in (left, right)]
