"""Cases to be silent about: batches, chunks, pages and transactions."""

import datetime

from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Q

from tests.cases.catalogue import silent
from tests.cases.data import thread
from tests.cases.models import Note, Product, Review, Tag


def chunks(items, size):
    for start in range(0, len(items), size):
        yield items[start : start + size]


@silent(grows=True)
def iterator_in_chunks_with_prefetch(n):
    for product in Product.objects.prefetch_related("tags", "reviews").iterator(chunk_size=2):
        list(product.tags.all()), list(product.reviews.all())


@silent(grows=True)
def iterator_in_chunks_with_one_prefetch_of_parents(n):
    for product in Product.objects.prefetch_related("maker").iterator(chunk_size=2):
        product.maker.name


@silent(grows=True)
def bulk_create_in_batches(n):
    Tag.objects.bulk_create([Tag(name=f"new {number}") for number in range(n)], batch_size=2)


@silent(grows=True)
def bulk_create_of_chunks(n):
    for chunk in chunks(range(n), 2):
        Tag.objects.bulk_create([Tag(name=f"new {number}") for number in chunk])


@silent(grows=True)
def bulk_update_in_batches(n):
    products = list(Product.objects.all())
    for product in products:
        product.price += 1
    Product.objects.bulk_update(products, ["price"], batch_size=2)


@silent(grows=True)
def keyset_pages(n):
    last = 0
    while page := list(Product.objects.filter(id__gt=last).order_by("id")[:2]):
        last = page[-1].id


@silent(grows=True)
def keyset_pages_after_a_first_page(n):
    page = list(Product.objects.order_by("id")[:3])
    while len(page) == 3:
        page = list(Product.objects.filter(id__gt=page[-1].id).order_by("id")[:3])


@silent(grows=True)
def keyset_pages_backwards(n):
    last = n + 1
    while page := list(Product.objects.filter(id__lt=last).order_by("-id")[:2]):
        last = page[-1].id


@silent(grows=True)
def keyset_pages_of_two_columns(n):
    day, last = datetime.date(2000, 1, 1), 0
    while True:
        after = Q(created__gt=day) | Q(created=day, id__gt=last)
        page = list(Product.objects.filter(after).order_by("created", "id")[:2])
        if not page:
            break
        day, last = page[-1].created, page[-1].id


@silent(grows=True)
def keyset_pages_by_row_values(n):
    day, last = "2000-01-01", 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT created, id FROM shop_product WHERE (created, id) > (%s, %s) "
                "ORDER BY created, id LIMIT 2",
                [day, last],
            )
            page = cursor.fetchall()
            if not page:
                break
            day, last = page[-1]


@silent(grows=True)
def keyset_pages_in_the_text(n):
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT id FROM shop_product WHERE id > {last} ORDER BY id LIMIT 2")
            page = cursor.fetchall()
            if not page:
                break
            last = page[-1][0]


@silent(grows=True)
def paginator_pages(n):
    paginator = Paginator(Product.objects.order_by("id"), 2)
    for number in paginator.page_range:
        list(paginator.page(number))


@silent(grows=True)
def iterating_over_a_paginator(n):
    for page in Paginator(Product.objects.order_by("id").values_list("id"), 2):
        list(page.object_list)


@silent(grows=True)
def chunked_in(n):
    ids = list(Product.objects.values_list("id", flat=True))
    for chunk in chunks(ids, 2):
        list(Product.objects.filter(id__in=chunk))


@silent(grows=True)
def chunked_in_by_raw_cursor(n):
    with connection.cursor() as cursor:
        for chunk in chunks(range(1, n + 1), 2):
            cursor.execute("SELECT name FROM shop_product WHERE id IN (%s, %s)", [*chunk, 0][:2])
            cursor.fetchall()


@silent(grows=True)
def in_bulk_over_chunks(n):
    for chunk in chunks(list(range(1, n + 1)), 2):
        Product.objects.in_bulk(chunk)


@silent(grows=True)
def delete_in_chunks(n):
    ids = list(Note.objects.values_list("id", flat=True))
    for chunk in chunks(ids, 2):
        Note.objects.filter(id__in=chunk).delete()


@silent(grows=True)
def drained_in_batches(n):
    while ids := list(Note.objects.values_list("id", flat=True)[:2]):
        Note.objects.filter(id__in=ids).delete()


@silent(grows=True)
def windows_of_ids(n):
    for low in range(0, n, 2):
        sum(product.price for product in Product.objects.filter(id__gt=low, id__lte=low + 2))


@silent()
def delete_with_cascade(n):
    Product.objects.all().delete()


def first_of_thread(n):
    thread(n)
    return Review.objects.get(text="first")


@silent(before=first_of_thread, grows=True)
def delete_of_a_deep_thread(n, first):
    first.delete()


@silent()
def savepoints(n):
    with transaction.atomic():
        for _ in range(n):
            with transaction.atomic():
                pass


@silent()
def transactions(n):
    for _ in range(n):
        with transaction.atomic():
            pass


@silent()
def executemany(n):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO shop_tag (name) VALUES (%s)", [[f"new {number}"] for number in range(n)]
        )
