"""Cases to be silent about: constant loops, several requests, and code that is right."""

from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.db.models import Avg, Count, Exists, OuterRef, Prefetch, Sum
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client

from tests.cases.catalogue import silent
from tests.cases.models import Maker, Note, Placement, Product, Review, Shelf, Tag
from tests.cases.urls import serving

STATUSES = ["new", "open", "done", "sold", "lost", "back"]


@silent()
def two_gets_on_two_lines(n):
    first = Product.objects.get(pk=1)
    second = Product.objects.get(pk=2)
    return first, second


@silent()
def one_helper_called_from_three_lines(n):
    def named(name):
        return Maker.objects.get(name=name)

    one = named("O'Maker 1")
    two = named("O'Maker 2")
    three = named("O'Maker 3")
    return one, two, three


@silent()
def relation_joined(n):
    return [
        (product.maker.name, product.maker.country.name)
        for product in Product.objects.select_related("maker__country")
    ]


@silent()
def relations_prefetched(n):
    for maker in Maker.objects.prefetch_related("products__tags", "products__reviews"):
        [(list(product.tags.all()), product.reviews.all()[0]) for product in maker.products.all()]


@silent()
def three_relations_to_one_table_prefetched(n):
    for product in Product.objects.prefetch_related(
        "maker", "importer", "maker__country", "importer__country"
    ):
        product.maker.country.name, product.importer.country.name


@silent()
def levels_of_a_tree_prefetched(n):
    root = Review.objects.create(product_id=1)
    for _ in range(4):
        answers = [Review(product_id=1, parent=root) for _ in range(n)]
        Review.objects.bulk_create(answers)
        root = answers[0]
    found = Review.objects.filter(stars=3, parent=None).prefetch_related("replies__replies__replies")
    return [[[list(c.replies.all()) for c in b.replies.all()] for b in a.replies.all()] for a in found]


@silent()
def prefetched_to_an_attribute(n):
    good = Prefetch("reviews", queryset=Review.objects.filter(stars__gt=1), to_attr="good")
    return [len(product.good) for product in Product.objects.prefetch_related(good)]


@silent()
def generic_relation_prefetched(n):
    return [note.about.name for note in Note.objects.prefetch_related("about")]


@silent()
def aggregated_once(n):
    return Product.objects.aggregate(Avg("price"), Sum("price"))


@silent()
def annotated(n):
    reviewed = Exists(Review.objects.filter(product=OuterRef("pk")))
    products = Product.objects.annotate(reviewed=reviewed, tag_count=Count("tags"))
    return [(product.reviewed, product.tag_count) for product in products]


@silent()
def count_and_then_a_page(n):
    products = Product.objects.order_by("name")
    return products.count(), list(products[:2])


@silent()
def two_query_sets_of_one_model(n):
    cheap = list(Product.objects.filter(price__lt=20))
    dear = list(Product.objects.filter(price__gt=40))
    return cheap, dear


@silent()
def loop_over_three_statuses(n):
    products = list(Product.objects.all())
    counts = {status: Product.objects.filter(status=status).count() for status in ("new", "open", "done")}
    return products, counts


@silent()
def loop_over_a_constant_of_six(n):
    products = list(Product.objects.all())
    counts = []
    for status in STATUSES:
        counts.append(Product.objects.filter(status=status).count())
    return products, counts


@silent()
def loop_over_the_months(n):
    return [Product.objects.filter(created__month=month).count() for month in range(1, 13)]


@silent()
def constant_loop_through_a_helper(n):
    def count(status):
        return Product.objects.filter(status=status).count()

    return {status: count(status) for status in STATUSES}


@silent()
def three_shelves_from_a_tuple(n):
    for name in ("left", "middle", "right"):
        Shelf.objects.create(name=name)


@silent()
def read_again_after_a_write(n):
    product = Product.objects.get(pk=1)
    product.price = 3
    product.save()
    return Product.objects.get(pk=1)


@silent()
def content_types_cached(n):
    ContentType.objects.clear_cache()
    return [ContentType.objects.get_for_model(model) for model in (Product, Maker, Tag, Note, Review, Shelf)]


def _page(request):
    user = str(request.user)
    request.session["seen"] = request.session.get("seen", 0) + 1
    names = [product.maker.name for product in Product.objects.select_related("maker")]
    return HttpResponse(f"{user}: {names}")


@silent()
def five_requests_to_one_page(n):
    with serving({"page/": _page}):
        client = Client()
        client.force_login(User.objects.get(pk=1))
        for _ in range(5):
            client.get("/page/")


@silent(grows=True)
def one_request_for_each_user(n):
    with serving({"page/": _page}):
        for user in User.objects.all():
            client = Client()
            client.force_login(user)
            client.get("/page/")


@silent()
def include_on_three_lines(n):
    first, second, third = Maker.objects.all()[:3]
    return render_to_string("shop/thrice.html", {"first": first, "second": second, "third": third})


@silent()
def template_with_joined_rows(n):
    return render_to_string("shop/list.html", {"products": Product.objects.select_related("maker")})


@silent()
def values_over_a_relation(n):
    return [row["maker__country__name"] for row in Product.objects.values("maker__country__name")]


@silent()
def many_to_many_added_at_once(n):
    Product.objects.get(pk=1).tags.add(*Tag.objects.all())


@silent()
def one_update_for_all(n):
    Product.objects.filter(price__gt=10).update(status="done")


@silent()
def through_model_joined(n):
    return [
        (placement.product.name, placement.shelf.name)
        for placement in Placement.objects.select_related("product", "shelf")
    ]


@silent()
def threads_that_ask_different_things(n):
    def ask(model):
        try:
            return model.objects.count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ask, [Product, Maker, Tag, Note, Review, Shelf]))


@silent()
def raw_join(n):
    with connection.cursor() as cursor:
        cursor.execute("SELECT p.name, m.name FROM shop_product p JOIN shop_maker m ON m.id = p.maker_id")
        return cursor.fetchall()


@silent()
def values_looked_up_in_a_dictionary(n):
    makers = Maker.objects.in_bulk()
    return [makers[product.maker_id].name for product in Product.objects.all()]
