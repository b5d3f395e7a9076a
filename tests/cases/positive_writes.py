"""Writes in a loop, and what signal handlers ask for each of them."""

import datetime

from django.db import connection
from django.db.models.signals import post_save

from tests.cases.catalogue import case
from tests.cases.models import Maker, Note, Product, Review, Shelf, Tag

WRITE = "write in a loop"


@case(WRITE)
def save_for_each_row(n):
    for product in Product.objects.all():
        product.price += 1
        product.save()  # here


@case(WRITE)
def create_for_each_item(n):
    for number in range(n):
        Tag.objects.create(name=f"new {number}")  # here


@case(WRITE)
def delete_for_each_row(n):
    for review in Review.objects.filter(stars=1):
        review.delete()  # here


@case(WRITE)
def update_for_each_row(n):
    for product in Product.objects.all():
        Product.objects.filter(pk=product.pk).update(price=product.price * 2)  # here


@case(WRITE)
def get_or_create_of_new_rows(n):
    for number in range(n):
        Shelf.objects.get_or_create(name=f"new {number}")  # here


@case()
def get_or_create_of_old_rows(n):
    for number in range(1, n + 1):
        Shelf.objects.get_or_create(name=f"shelf {number}")  # here


@case(WRITE)
def update_or_create_for_each_row(n):
    for product in Product.objects.all():
        Review.objects.update_or_create(product=product, stars=1, defaults={"text": "changed"})  # here


@case(WRITE)
def many_to_many_add_for_each_row(n):
    tag = Tag.objects.create(name="all")
    for product in Product.objects.all():
        product.tags.add(tag)  # here


@case(WRITE)
def reverse_create_for_each_row(n):
    for product in Product.objects.all():
        product.reviews.create(stars=4)  # here


@case(WRITE)
def raw_insert_for_each_item(n):
    with connection.cursor() as cursor:
        for number in range(n):
            cursor.execute("INSERT INTO shop_tag (name) VALUES (%s)", [f"raw {number}"])  # here


@case(WRITE)
def raw_update_with_values_in_the_text(n):
    with connection.cursor() as cursor:
        for number in range(1, n + 1):
            cursor.execute(  # here
                f"UPDATE shop_product SET price = {-number}, name = 'it''s {number}' WHERE id = {number}"
            )


@case(WRITE)
def bulk_create_for_each_parent(n):
    for product in Product.objects.all():
        Review.objects.bulk_create([Review(product=product, stars=stars) for stars in (1, 2)])  # here


@case()
def signal_handler_that_asks(n):
    def count_products(sender, instance, **kwargs):
        Product.objects.filter(maker=instance.maker).count()  # here

    post_save.connect(count_products, sender=Product)
    try:
        for product in Product.objects.select_related("maker"):
            product.save()
    finally:
        post_save.disconnect(count_products, sender=Product)


@case(WRITE)
def signal_handler_that_writes(n):
    def note(sender, instance, **kwargs):
        Note.objects.create(content_type_id=1, object_id=instance.pk, text="saved")  # here

    post_save.connect(note, sender=Maker)
    try:
        for maker in Maker.objects.all():
            maker.save()
    finally:
        post_save.disconnect(note, sender=Maker)


@case(WRITE, times=lambda n: n)
def import_of_rows_from_a_file(n):
    rows = [(f"row {number}", datetime.date(2024, 5, 1)) for number in range(n)]

    def load(name, day):
        product = Product(name=name, created=day, maker_id=1)
        product.full_clean(exclude=["maker", "importer", "description"])
        product.save()  # here

    for name, day in rows:
        load(name, day)
