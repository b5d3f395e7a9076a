"""Cases whose number of queries grows with the rows: relations and look-ups as people write them."""

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Avg, F, prefetch_related_objects

from tests.cases.catalogue import case, marked
from tests.cases.data import thread, tree
from tests.cases.models import Country, Detail, Maker, Note, Placement, Product, Review, Tag


def loaded(n):
    """Products that were fetched before the recording began."""
    return list(Product.objects.all())


@case()
def forward_foreign_key(n):
    for product in Product.objects.all():
        product.maker.name  # here


@case()
def forward_foreign_key_in_a_comprehension(n):
    return [product.maker.name for product in Product.objects.order_by("name")]  # here


@case()
def forward_foreign_key_through_map(n):
    def name(product):
        return product.maker.name  # here

    return list(map(name, Product.objects.all()))


@case()
def nested_foreign_key(n):
    for product in Product.objects.all():
        maker = product.maker  # here
        maker.country.name  # here


@case()
def second_half_of_a_nested_foreign_key(n):
    for product in Product.objects.select_related("maker"):
        product.maker.country.name  # here


@case()
def one_parent_shared_by_all_rows(n):
    Product.objects.update(maker_id=1)
    for product in Product.objects.all():
        product.maker.name  # here


@case(before=loaded)
def rows_fetched_before_the_recording(n, products):
    for product in products:
        product.maker.name  # here


@case(times=lambda n: n - n // 5 * 2)
def only_for_some_rows(n):
    for number, product in enumerate(Product.objects.all()):
        if number % 5 > 1:
            product.maker.name  # here


@case()
def reverse_foreign_key(n):
    for maker in Maker.objects.all():
        list(maker.products.all())  # here


@case()
def reverse_foreign_key_counted(n):
    return {maker.name: maker.products.count() for maker in Maker.objects.all()}  # here


@case()
def reverse_foreign_key_asked_whether_it_exists(n):
    for maker in Maker.objects.all():
        if maker.imports.exists():  # here
            pass


@case()
def many_to_many(n):
    for product in Product.objects.all():
        ", ".join(tag.name for tag in product.tags.all())  # here


@case()
def many_to_many_from_the_other_side(n):
    for tag in Tag.objects.all():
        len(tag.products.all())  # here


@case()
def through_model(n):
    for product in Product.objects.all():
        for placement in Placement.objects.filter(product=product):  # here
            placement.position


@case(times=lambda n: 2 * n)
def through_model_to_its_far_side(n):
    for placement in Placement.objects.all():
        placement.shelf.name  # here


@case()
def reverse_one_to_one(n):
    for product in Product.objects.all():
        product.detail.weight  # here


@case()
def reverse_one_to_one_that_is_missing(n):
    Detail.objects.all().delete()
    for product in Product.objects.all():
        hasattr(product, "detail")  # here


@case()
def generic_foreign_key(n):
    for note in Note.objects.all():
        note.about.name  # here


@case()
def generic_relation(n):
    for product in Product.objects.all():
        [note.text for note in product.notes.all()]  # here


@case()
def deferred_field_after_only(n):
    for product in Product.objects.only("name"):
        product.description  # here


@case()
def deferred_field_after_defer(n):
    return sum(len(product.description) for product in Product.objects.defer("description"))  # here


@case()
def get_for_each_row(n):
    for row in Product.objects.values("name", "maker_id"):
        Maker.objects.get(pk=row["maker_id"])  # here


@case()
def get_for_each_id_of_a_list(n):
    for number in range(1, n + 1):
        Product.objects.get(id=number)  # here


@case()
def exists_for_each_row(n):
    for product in Product.objects.all():
        Review.objects.filter(product=product, stars=5).exists()  # here


@case()
def count_for_each_row(n):
    for product in Product.objects.all():
        product.reviews.filter(stars__gt=2).count()  # here


@case(where=marked(Product.stars))
def aggregate_for_each_row_in_a_method(n):
    return [product.stars() for product in Product.objects.all()]


@case()
def aggregate_for_each_name(n):
    for name in Maker.objects.values_list("name", flat=True):
        Product.objects.filter(maker__name=name).aggregate(Avg("price"))  # here


@case()
def first_for_each_row(n):
    for product in Product.objects.all():
        product.reviews.order_by("-stars").first()  # here


@case()
def last_for_each_row(n):
    for product in Product.objects.all():
        product.reviews.last()  # here


@case()
def values_list_for_each_row(n):
    for maker in Maker.objects.all():
        list(maker.products.values_list("name", flat=True))  # here


@case()
def filter_by_text_for_each_row(n):
    for maker in Maker.objects.all():
        list(Product.objects.filter(maker__name=maker.name))  # here


@case()
def in_bulk_for_each_row(n):
    for product in Product.objects.all():
        Maker.objects.in_bulk([product.maker_id, product.importer_id])  # here


@case(before=loaded)
def refresh_from_db_for_each_row(n, products):
    for product in products:
        product.refresh_from_db()  # here


@case()
def prefetch_defeated_by_filter(n):
    for product in Product.objects.prefetch_related("reviews"):
        list(product.reviews.filter(stars=3))  # here


@case()
def prefetch_defeated_by_order_by(n):
    for product in Product.objects.prefetch_related("reviews"):
        list(product.reviews.order_by("-id"))  # here


@case()
def prefetch_defeated_by_slicing_an_ordered_query(n):
    for product in Product.objects.prefetch_related("tags"):
        list(product.tags.order_by("name")[:2])  # here


@case()
def prefetch_for_each_row(n):
    for maker in Maker.objects.all():
        list(maker.products.prefetch_related("tags", "reviews"))  # here


@case(before=loaded)
def prefetch_of_one_instance_at_a_time(n, products):
    for product in products:
        prefetch_related_objects([product], "tags")  # here


@case()
def several_statements_for_each_row(n):
    for product in Product.objects.all():
        product.maker.name  # here
        product.reviews.count()  # here
        list(product.tags.all())  # here


@case()
def pagination_inside_a_loop(n):
    for maker in Maker.objects.all():
        list(Paginator(maker.products.order_by("id"), 5).page(1))  # here


@case()
def the_dearest_ones_below_each_price(n):
    for product in Product.objects.order_by("price"):
        list(Product.objects.filter(price__lt=product.price).order_by("-price")[:2])  # here


@case()
def the_same_list_for_each_row(n):
    for _ in Product.objects.all():
        list(Tag.objects.order_by("name")[:3])  # here


@case(before=thread)
def up_a_thread(n, review):
    while review.parent:  # here
        review = review.parent


@case(before=thread)
def up_a_thread_by_id(n, review):
    while review.parent_id:
        review = Review.objects.get(pk=review.parent_id)  # here


@case(before=tree, times=lambda n: 2 * n + 1)
def down_a_tree_by_recursion(n, review):
    def depth(one):
        return 1 + max((depth(answer) for answer in one.replies.all()), default=0)  # here

    return depth(review)


@case(times=lambda n: n)
def has_perm_for_each_user(n):
    return [user.has_perm("shop.change_product") for user in User.objects.all()]  # here


@case(where=marked(Maker.product_names))
def model_method_that_asks(n):
    return [maker.product_names() for maker in Maker.objects.all()]


@case()
def content_type_for_each_row_without_its_cache(n):
    for note in Note.objects.all():
        ContentType.objects.get(pk=note.content_type_id)  # here


@case()
def generator_that_asks(n):
    def lines():
        for product in Product.objects.iterator():
            yield product.maker.name  # here

    return "\n".join(lines())


@case()
def country_by_name_from_a_set(n):
    names = {country.name for country in Country.objects.all()}
    return {name: Maker.objects.filter(country__name=name).count() for name in names}  # here


@case()
def serializer_by_hand(n):
    class ProductSerializer:
        def __init__(self, product):
            self.product = product

        @property
        def data(self):
            return {"name": self.product.name, "maker": self.product.maker.name}  # here

    return [ProductSerializer(product).data for product in Product.objects.all()]


@case()
def annotated_but_asked_again(n):
    for product in Product.objects.annotate(double=F("price") * 2):
        Product.objects.filter(price=product.double).count()  # here
