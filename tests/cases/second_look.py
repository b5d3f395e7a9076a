"""A second look: loops as strangers write them, found in forms, serializers, queues, exports and jobs."""

import asyncio
import csv
import io
import itertools
import queue
import threading
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cached_property, reduce

from asgiref.sync import sync_to_async
from django import forms
from django.core import serializers
from django.core.paginator import Paginator
from django.db import connection, connections, transaction
from django.db.models import Max
from django.forms.models import model_to_dict
from django.http import JsonResponse
from django.template import Context, Template
from django.test import Client

from tests.cases.catalogue import case, marked
from tests.cases.data import thread, tree
from tests.cases.models import Country, Detail, Maker, Note, Product, Review, Tag
from tests.cases.urls import serving


@case()
def sorted_by_a_relation(n):
    return sorted(Product.objects.all(), key=lambda product: product.maker.name)  # here


@case()
def filtered_by_a_count(n):
    return list(filter(lambda product: product.tags.count() > 1, Product.objects.all()))  # here


@case()
def any_over_a_generator(n):
    return any(product.reviews.filter(stars=9).exists() for product in Product.objects.all())  # here


@case()
def grouped_by_a_relation(n):
    groups = itertools.groupby(Product.objects.all(), key=lambda product: product.importer.name)  # here
    return {name: list(products) for name, products in groups}


@case()
def reduced(n):
    return reduce(lambda total, product: total + product.detail.weight, Product.objects.all(), 0)  # here


@case(before=tree, times=lambda n: 2 * n + 1)
def queue_of_replies(n, review):
    todo = deque([review])
    while todo:
        todo.extend(todo.popleft().replies.all())  # here


@case(before=thread)
def recursion_to_the_root(n, review):
    def root(one):
        return root(one.parent) if one.parent_id else one  # here

    return root(review)


@case()
def serializer_with_nested_serializer(n):
    class Serializer:
        fields = ()

        def to_representation(self, instance):
            return {name: self.value(instance, name) for name in self.fields}

        def value(self, instance, name):
            method = getattr(self, f"get_{name}", None)
            return method(instance) if method else getattr(instance, name)

    class MakerSerializer(Serializer):
        fields = ("id", "name")

    class ProductSerializer(Serializer):
        fields = ("id", "name", "maker")

        def get_maker(self, instance):
            return MakerSerializer().to_representation(instance.maker)  # here

    return [ProductSerializer().to_representation(product) for product in Product.objects.all()]


@case()
def serializer_that_reads_attributes_by_name(n):
    def represent(instance, names):
        return {name: str(getattr(instance, name)) for name in names}  # here

    return [represent(product, ["name", "maker"]) for product in Product.objects.all()]


@case()
def core_serializer_with_many_to_many(n):
    return serializers.serialize("json", Product.objects.all(), fields=["name", "tags"])  # here


@case()
def model_to_dict_for_each_row(n):
    return [model_to_dict(product, fields=["name", "tags"]) for product in Product.objects.all()]  # here


@case()
def formset_with_a_choice_of_makers(n):
    class ProductForm(forms.ModelForm):
        class Meta:
            model = Product
            fields = ["maker"]

    formset = forms.modelformset_factory(Product, form=ProductForm, extra=0)
    return formset(queryset=Product.objects.order_by("id")).as_p()  # here


@case()
def csv_export(n):
    writer = csv.writer(io.StringIO())
    for product in Product.objects.iterator(chunk_size=3):
        writer.writerow([product.name, product.maker.name])  # here


@case()
def membership_for_each_row(n):
    tag = Tag.objects.get(pk=1)
    return [product for product in Product.objects.all() if tag in product.tags.all()]  # here


@case()
def contains_for_each_row(n):
    tag = Tag.objects.get(pk=1)
    return [product for product in Product.objects.all() if product.tags.contains(tag)]  # here


@case()
def latest_for_each_row(n):
    for product in Product.objects.all():
        product.reviews.latest("id")  # here


@case()
def first_by_index(n):
    return [product.reviews.all()[0].text for product in Product.objects.all()]  # here


@case()
def distinct_values_for_each_row(n):
    for maker in Maker.objects.all():
        set(maker.products.values_list("status", flat=True).distinct())  # here


@case()
def iterator_for_each_row(n):
    for product in Product.objects.all():
        for review in product.reviews.iterator():  # here
            review.text


@case()
def get_or_none_for_each_row(n):
    for product in Product.objects.all():
        try:
            Detail.objects.get(product=product, weight=-1)  # here
        except Detail.DoesNotExist:
            continue


@case()
def flattened(n):
    return list(  # here
        itertools.chain.from_iterable(product.tags.all() for product in Product.objects.all())
    )


@case(times=lambda n: 3 * n)
def three_levels_of_loops(n):
    for maker in Maker.objects.all():
        for product in maker.products.all():
            for review in product.reviews.all():
                review.product.maker_id
                Review.objects.filter(parent=review).count()  # here


@case()
def loop_inside_chunks(n):
    ids = list(Product.objects.values_list("id", flat=True))
    for start in range(0, n, 2):
        for product in Product.objects.filter(id__in=ids[start : start + 2]):
            product.maker.name  # here


@case()
def loop_over_all_pages(n):
    for page in Paginator(Product.objects.order_by("id"), 2):
        for product in page:
            product.maker.name  # here


@case()
def repository_of_sql(n):
    class Makers:
        def name(self, number):
            with connection.cursor() as cursor:
                cursor.execute("SELECT name FROM shop_maker WHERE id = %s", (number,))  # here
                return cursor.fetchone()[0]

    makers = Makers()
    return [makers.name(product.maker_id) for product in Product.objects.all()]


@case()
def like_in_the_text(n):
    with connection.cursor() as cursor:
        for name in Tag.objects.values_list("name", flat=True):
            cursor.execute(f"SELECT COUNT(*) FROM shop_tag WHERE name LIKE '{name}%%'")  # here
            cursor.fetchone()


@case()
def cached_property_of_each_instance(n):
    class Card:
        def __init__(self, product):
            self.product = product

        @cached_property
        def country(self):
            return Country.objects.get(maker__products=self.product)  # here

    return [(card.country, card.country) for card in map(Card, Product.objects.all())]


@case()
def worker_that_takes_from_a_queue(n):
    jobs = queue.Queue()
    for number in range(1, n + 1):
        jobs.put(number)

    def work():
        while not jobs.empty():
            Product.objects.filter(pk=jobs.get()).first()  # here
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


@case()
def futures_as_they_complete(n):
    def ask(number):
        try:
            return Review.objects.filter(product_id=number).count()  # here
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return [
            future.result()
            for future in as_completed([pool.submit(ask, number) for number in range(1, n + 1)])
        ]


@case()
def async_for_inside_async_for(n):
    async def texts():
        found = []
        async for product in Product.objects.all():
            async for review in product.reviews.all():  # here
                found.append(review.text)
        return found

    return asyncio.run(texts())


@case()
def sync_function_from_async_code(n):
    def name(product):
        return product.maker.name  # here

    async def names():
        return [await sync_to_async(name)(product) async for product in Product.objects.all()]

    return asyncio.run(names())


@case()
def task_group(n):
    async def weight(number):
        return await Detail.objects.values_list("weight").aget(product_id=number)  # here

    async def weights():
        async with asyncio.TaskGroup() as group:
            for number in range(1, n + 1):
                group.create_task(weight(number))

    asyncio.run(weights())


@case()
def locked_one_by_one(n):
    with transaction.atomic():
        for number in Product.objects.values_list("id", flat=True):
            Product.objects.select_for_update().get(pk=number)  # here


@case(times=lambda n: n // 2 * 2)
def one_of_two_branches(n):
    for product in Product.objects.order_by("id")[: n // 2 * 2]:
        if product.id % 2:
            product.reviews.filter(stars=1).count()
        product.detail.weight  # here


@case(where="<unknown source>:1")
def template_from_text(n):
    page = Template("{% for maker in makers %}{{ maker.products.count }} {% endfor %}")
    return page.render(Context({"makers": Maker.objects.all()}))


def _api(request):
    rows = []
    for product in Product.objects.all():
        rows.append({"name": product.name, "tags": [tag.name for tag in product.tags.all()]})  # here
    return JsonResponse(rows, safe=False)


@case(where=marked(_api))
def json_view(n):
    with serving({"api/": _api}):
        Client().get("/api/")


@case()
def content_type_of_each_note(n):
    return [note.content_type.model for note in Note.objects.all()]  # here


@case()
def annotated_by_hand(n):
    newest = defaultdict(int)
    for product in Product.objects.only("id"):
        newest[product.pk] = Review.objects.filter(product_id=product.pk).aggregate(newest=Max("id"))[  # here
            "newest"
        ]
    return newest
