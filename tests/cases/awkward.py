"""Cases at the edges of the rules: short pages, odd parameters, other kinds of findings."""

import asyncio
import datetime

from django.core.paginator import Paginator
from django.db import connection, connections, models, transaction
from django.db.models import Prefetch
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone

from tests.cases.catalogue import case, silent
from tests.cases.data import FIRST_DAY
from tests.cases.models import Country, Maker, Note, Placement, Product, Review, Shelf, Tag


@case("unused eager load", times=lambda n: n, grows=False)
def joined_in_vain(n):
    for product in Product.objects.select_related("maker"):  # here
        product.name


@case("unused eager load", times=lambda n: n, grows=False)
def prefetched_in_vain(n):
    return [product.name for product in Product.objects.prefetch_related("tags")] and None  # here


@case("duplicate", times=lambda n: 2, grows=False)
def asked_in_the_view_and_in_the_template(n):
    products = Product.objects.select_related("maker")
    if len(products):
        return render_to_string("shop/list.html", {"products": products.all()})


@case("duplicate", times=lambda n: 2, grows=False)
def counted_twice(n):
    products = Product.objects.filter(price__gt=10)
    return products.count(), products.count()  # here


@case("duplicate", times=lambda n: 2, grows=False)
def the_same_row_by_two_functions(n):
    def header():
        return Maker.objects.get(pk=1).name

    def footer():
        return Maker.objects.get(pk=1).name  # here

    return header(), footer()


@case("duplicate", times=lambda n: 2, grows=False)
def asked_before_and_after_a_write_to_another_table(n):
    Tag.objects.get(pk=1)
    Shelf.objects.create(name="other")
    Tag.objects.get(pk=1)  # here


def thousands(n):
    Tag.objects.bulk_create([Tag(name=f"tag {number}") for number in range(6000)])


@case("unbounded result", before=thousands, times=lambda n: 1, grows=False)
def everything_at_once(n, _):
    return len([tag.name for tag in Tag.objects.all()])  # here


@case()
def top_two_for_each_row(n):
    for maker in Maker.objects.order_by("id"):
        list(Product.objects.filter(importer=maker).order_by("-price")[:2])  # here


@case()
def next_pages_for_each_row(n):
    for product in Product.objects.order_by("created"):
        list(Product.objects.filter(created__gt=product.created).order_by("created")[:3])  # here


@case()
def one_after_the_other_by_first(n):
    last = 0
    while product := Product.objects.filter(id__gt=last).order_by("id").first():  # here
        last = product.id
        if last == n:
            break


@case()
def in_bulk_of_two_for_each_row(n):
    for product in list(Product.objects.all()):
        Tag.objects.in_bulk([product.id, product.id % n + 1])  # here


@case()
def lists_of_equal_length_for_each_row(n):
    for product in Product.objects.prefetch_related("tags"):
        ids = [tag.id for tag in product.tags.all()]
        list(Shelf.objects.filter(id__in=ids))  # here


@case()
def constant_list_and_a_varying_parameter(n):
    for product in Product.objects.all():
        Review.objects.filter(product=product, stars__in=[1, 2]).count()  # here


@case()
def windows_around_each_row(n):
    for product in Product.objects.all():
        day = product.created
        Product.objects.filter(created__gte=day, created__lt=day + datetime.timedelta(1)).count()  # here


@case()
def the_setting_asked_for_each_row(n):
    def setting():
        return Shelf.objects.filter(name="shelf 1").first()  # here

    return [(product.name, setting()) for product in Product.objects.all()]


@case(times=lambda n: 2 * n)
def twice_as_many_as_rows(n):
    for maker in Maker.objects.all():
        for relation in (maker.products, maker.imports):
            list(relation.filter(price__gt=5))
            Review.objects.filter(product__maker=maker).count()  # here


@case()
def all_languages_of_each_row(n):
    for product in Product.objects.all():
        [product.reviews.filter(stars=stars).count() for stars in (1, 2)]
        product.maker.name  # here


@case()
def prefetch_with_a_query_for_each_row(n):
    dear = Prefetch("products", queryset=Product.objects.filter(price__gt=20), to_attr="dear")
    return [
        product.detail.weight  # here
        for maker in Maker.objects.prefetch_related("products", dear)
        for product in maker.products.all()
    ]


@case()
def date_literals_and_a_negative_one(n):
    with connection.cursor() as cursor:
        for number in range(n):
            day = FIRST_DAY + datetime.timedelta(number)
            cursor.execute(  # here
                f"select count(*) from shop_product where created > '{day}' and price > -1"
            )
            cursor.fetchall()


@case("write in a loop")
def one_transaction_for_each_row(n):
    for shelf in Shelf.objects.all():
        with transaction.atomic():
            Placement.objects.create(product_id=1, shelf=shelf)  # here


@case(times=lambda n: n - 1)
def by_index(n):
    products = Product.objects.order_by("id")
    return [products[number].name for number in range(n)]  # here


@case()
def list_of_one_for_each_row(n):
    for product in Product.objects.all():
        list(Maker.objects.filter(pk__in=[product.maker_id]))  # here


@case(times=lambda n: n - n // 5)
def relation_that_is_sometimes_empty(n):
    Product.objects.filter(pk__lte=n // 5).update(importer=None)
    return [product.importer and product.importer.name for product in Product.objects.all()]  # here


@case()
def to_thread_from_async_code(n):
    def name(number):
        try:
            return Maker.objects.get(pk=number).name  # here
        finally:
            connections.close_all()

    async def names():
        return [await asyncio.to_thread(name, number) for number in range(1, n + 1)]

    return asyncio.run(names())


@case(where=("<unknown source>:1", "<unknown source>:2"))
def first_and_exists_in_a_template(n):
    page = Template(
        "{% for product in products %}{{ product.reviews.first.text }}\n"
        "{% if product.tags.exists %}tagged{% endif %}{% endfor %}"
    )
    return page.render(Context({"products": Product.objects.all()}))


@silent()
def loop_over_an_enumeration(n):
    class Status(models.TextChoices):
        NEW, OPEN, DONE, SOLD, LOST = "new", "open", "done", "sold", "lost"

    products = list(Product.objects.all())
    return products, {status: Product.objects.filter(status=status).count() for status in Status}


@silent()
def three_rows_made_sure_of(n):
    for name in ("left", "middle", "right"):
        Shelf.objects.get_or_create(name=name)


@silent(grows=True)
def keyset_pages_until_empty(n):
    last = 0
    while True:
        page = list(Product.objects.filter(id__gt=last).order_by("id")[:4])
        if not page:
            break
        last = page[-1].id


@silent(grows=True)
def chunked_in_with_the_time_of_day(n):
    for start in range(1, n + 1, 2):
        list(Product.objects.filter(id__in=[start, start + 1], created__lte=timezone.now().date()))


@silent(grows=True)
def async_iterator_in_chunks(n):
    async def read():
        async for product in Product.objects.prefetch_related("tags").aiterator(chunk_size=2):
            [tag.name for tag in product.tags.all()]

    asyncio.run(read())


@silent(grows=True)
def pages_with_orphans(n):
    paginator = Paginator(Product.objects.order_by("id"), 2, orphans=1)
    return [list(page) for page in paginator]


def hundreds(n):
    day = datetime.date(2024, 1, 1)
    makers = Maker.objects.bulk_create([Maker(name=f"m{i}", country_id=1) for i in range(60 * n)])
    products = Product.objects.bulk_create([Product(name="p", maker=maker, created=day) for maker in makers])
    Review.objects.bulk_create([Review(product=product) for product in products])


@silent(before=hundreds, grows=True)
def cascade_in_batches(n, _):
    Country.objects.filter(pk=1).delete()


@silent(before=hundreds)
def hundreds_prefetched(n, _):
    return [list(maker.products.all()) for maker in Maker.objects.prefetch_related("products")]


@silent(before=hundreds, grows=True)
def hundreds_updated(n, _):
    makers = list(Maker.objects.all())
    for maker in makers:
        maker.name += "!"
    Maker.objects.bulk_update(makers, ["name"], batch_size=50)


@silent()
def read_after_each_of_two_writes(n):
    for name in ("one", "two"):
        Tag.objects.filter(pk=1).update(name=name)
        Tag.objects.get(pk=1)


@silent()
def get_before_and_after_a_raw_write(n):
    Tag.objects.get(pk=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shop_tag SET name = 'x' WHERE id = 1")
    Tag.objects.get(pk=1)


@silent()
def notes_of_two_kinds_prefetched(n):
    kinds = Note.objects.values_list("content_type", flat=True)
    Note.objects.create(content_type_id=kinds[0], object_id=1)
    return [note.about and note.about.name for note in Note.objects.prefetch_related("about")]
