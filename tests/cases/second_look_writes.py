"""A second look at writes in a loop."""

import asyncio

from django.db import transaction
from django.db.models import F

from tests.cases.catalogue import case
from tests.cases.models import Maker, Placement, Product, Shelf, Tag

WRITE = "write in a loop"

WRITE = "write in a loop"


@case(WRITE)
def many_to_many_set_for_each_row(n):
    tags = list(Tag.objects.order_by("-id")[:3])
    for product in Product.objects.all():
        product.tags.set(tags)  # here


@case(WRITE)
def many_to_many_cleared_for_each_row(n):
    for product in Product.objects.all():
        product.tags.clear()  # here


@case(WRITE)
def stock_counted_down(n):
    with transaction.atomic():
        for number in range(1, n + 1):
            Product.objects.filter(pk=number).update(price=F("price") - 1)  # here


@case(WRITE)
def saved_in_async_code(n):
    async def rename():
        async for shelf in Shelf.objects.all():
            shelf.name = shelf.name.upper()
            await shelf.asave(update_fields=["name"])  # here

    asyncio.run(rename())


@case(WRITE)
def inserted_with_force(n):
    for number in range(n):
        Shelf(name=f"forced {number}").save(force_insert=True)  # here


@case(WRITE)
def deleted_by_query_set_for_each_row(n):
    for number in list(Product.objects.values_list("id", flat=True)):
        Placement.objects.filter(product_id=number).delete()  # here


@case(WRITE)
def updated_by_relation_for_each_row(n):
    for maker in Maker.objects.all():
        maker.products.update(price=maker.id)  # here


@case(WRITE)
def copied_with_children(n):
    for product in list(Product.objects.order_by("id")):
        product.pk = None
        product.save()  # here
