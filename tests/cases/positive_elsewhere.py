"""The same mistakes where detectors seldom look: raw SQL, threads, async code, templates, requests."""

import asyncio
import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from django.db import connection, connections
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.views.generic import ListView

from tests.cases.catalogue import case, marked
from tests.cases.data import fill, tree
from tests.cases.models import Maker, Product, Review


def other_filled(n):
    fill(n, using="other")


def closing(function):
    """What a thread of one's own does: ask, then close its connections."""

    def run(*given):
        try:
            return function(*given)
        finally:
            connections.close_all()

    return run


@case()
def raw_cursor(n):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, maker_id FROM shop_product")
        for _, maker in cursor.fetchall():
            cursor.execute("SELECT name FROM shop_maker WHERE id = %s", [maker])  # here
            cursor.fetchone()


@case()
def raw_cursor_with_named_parameters(n):
    with connection.cursor() as cursor:
        for number in range(1, n + 1):
            cursor.execute("SELECT name FROM shop_maker WHERE id = %(id)s", {"id": number})  # here
            cursor.fetchone()


@case()
def objects_raw(n):
    for product in Product.objects.all():
        list(Maker.objects.raw("SELECT * FROM shop_maker WHERE id = %s", [product.maker_id]))  # here


@case()
def literals_in_the_text(n):
    with connection.cursor() as cursor:
        for number in range(1, n + 1):
            cursor.execute(f"SELECT name FROM shop_maker WHERE id = {number}")  # here
            cursor.fetchone()


@case()
def quotes_in_the_text(n):
    with connection.cursor() as cursor:
        for number in range(1, n + 1):
            cursor.execute(f"SELECT id FROM shop_maker WHERE name = 'O''Maker {number}'")  # here
            cursor.fetchall()


@case()
def negative_numbers_in_the_text(n):
    with connection.cursor() as cursor:
        for number in range(n):
            cursor.execute(f"SELECT COUNT(*) FROM shop_product WHERE price > -{number + 1}")  # here
            cursor.fetchone()


@case()
def dates_in_the_text(n):
    day = datetime.date(2024, 1, 1)
    with connection.cursor() as cursor:
        for number in range(n):
            cursor.execute(  # here
                f"SELECT id FROM shop_product WHERE created = '{day + datetime.timedelta(number)}'"
            )
            cursor.fetchall()


@case()
def lists_of_differing_length_in_the_text(n):
    with connection.cursor() as cursor:
        for number in range(1, n + 1):
            ids = ", ".join(str(one) for one in range(1, 2 + number % 3))
            cursor.execute(f"SELECT name FROM shop_tag WHERE id IN ({ids})")  # here
            cursor.fetchall()


@case()
def threads(n):
    @closing
    def ask(number):
        Product.objects.get(pk=number).name  # here

    workers = [Thread(target=ask, args=[number]) for number in range(1, n + 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@case()
def thread_pool(n):
    @closing
    def ask(product):
        return product.maker.name  # here

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ask, Product.objects.all()))


@case()
def async_loop(n):
    async def names():
        found = []
        async for product in Product.objects.all():
            maker = await Maker.objects.aget(pk=product.maker_id)  # here
            found.append(maker.name)
        return found

    return asyncio.run(names())


@case()
def async_gather(n):
    async def name(number):
        return (await Maker.objects.aget(pk=number)).name  # here

    async def names():
        return await asyncio.gather(*[name(number) for number in range(1, n + 1)])

    return asyncio.run(names())


@case()
def async_count_for_each_row(n):
    async def counts():
        return [await product.reviews.acount() async for product in Product.objects.all()]  # here

    return asyncio.run(counts())


@case(before=other_filled)
def second_database(n, _):
    for product in Product.objects.using("other"):
        product.maker.name  # here


@case(before=other_filled)
def look_up_in_the_second_database(n, _):
    for product in Product.objects.all():
        Maker.objects.using("other").get(pk=product.maker_id)  # here


@case(where="shop/list.html:3")
def template_asks_for_a_relation(n):
    return render_to_string("shop/list.html", {"products": Product.objects.all()})


@case(where="shop/_card.html:3")
def nested_templates(n):
    return render_to_string("shop/nested.html", {"products": Product.objects.all()})


@case(where="shop/tagged.html:3")
def template_tag(n):
    return render_to_string("shop/tagged.html", {"products": Product.objects.all()})


@case(where="shop/_tags.html:1")
def inclusion_tag(n):
    return render_to_string("shop/inclusion.html", {"products": Product.objects.all()})


@case(where=("shop/labels.html:2", *marked(Product.label.fget)))
def template_calls_a_property(n):
    return render_to_string("shop/labels.html", {"products": Product.objects.all()})


@case(where="shop/filtered.html:3")
def template_filter(n):
    return render_to_string("shop/filtered.html", {"products": Product.objects.all()})


@case(where="shop/deep.html:2")
def template_goes_two_relations_far(n):
    return render_to_string("shop/deep.html", {"products": Product.objects.all()})


@case(where="shop/replies.html:2", before=tree, times=lambda n: 2 * n + 1)
def template_that_includes_itself(n, review):
    return render_to_string("shop/replies.html", {"review": review})


@case(where="shop/list.html:3")
def class_based_view(n):
    from django.test import RequestFactory

    class Products(ListView):
        model = Product
        template_name = "shop/list.html"
        context_object_name = "products"

    return Products.as_view()(RequestFactory().get("/")).render().content


def _view(request):
    names = [product.maker.name for product in Product.objects.all()]  # here
    return HttpResponse(", ".join(names))


def _frugal(request):
    names = [product.maker.name for product in Product.objects.select_related("maker")]
    return HttpResponse(", ".join(names))


@case(where=marked(_view))
def one_of_two_requests(n):
    from tests.cases.urls import serving

    with serving({"slow/": _view, "fast/": _frugal}):
        Client().get("/fast/")
        Client().get("/slow/")


@case()
def two_levels_of_functions(n):
    def text(review):
        return review.product.name  # here

    def line(review):
        return f"{text(review)}: {review.text}"

    return [line(review) for review in Review.objects.filter(stars=1)]
