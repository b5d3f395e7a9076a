"""Where a query comes from: Python lines, template tags, operations, and the key that tells paths apart."""

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.template import Context, Engine

from labapp.probe import record
from tests.cases.models import Country, Detail, Maker, Note, Product, Review, Tag

TODAY = "2026-11-23"


@pytest.fixture
def shop(shop_db):
    """Two makers, three products with a review, a tag, a detail and a note each."""
    ContentType.objects.clear_cache()  # of another test's database
    country = Country.objects.create(name="Chile")
    makers = [Maker.objects.create(name=f"maker {i}", country=country) for i in range(2)]
    for i in range(3):
        product = Product.objects.create(name=f"product {i}", created=TODAY, maker=makers[i % 2])
        Review.objects.create(product=product)
        Detail.objects.create(product=product)
        product.tags.add(Tag.objects.create(name=f"tag {i}"))
        Note.objects.create(about=product, text="note")


def render(templates, **context):
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", templates)])
    return engine.get_template("page.html").render(Context(context))


def via(recording):
    return recording.queries[-1].via


def test_the_line_the_column_and_the_source(shop):
    with record() as recording:
        names = [tag.name for tag in Tag.objects.all()]
    site = recording.queries[0].site
    assert len(names) == 3
    assert site.file == __file__
    assert site.label == f"test_capture_sites.py:{site.line}"
    assert site.text == "names = [tag.name for tag in Tag.objects.all()]"
    assert site.column is not None


def test_the_stack_goes_outward_to_the_frame_that_records(shop):
    def inner():
        return Tag.objects.count()

    def middle():
        return inner()

    with record() as recording:
        middle()
    assert [site.text for site in recording.queries[0].stack] == [
        "return Tag.objects.count()",
        "return inner()",
        "middle()",
    ]


def test_at_most_four_frames(shop):
    def dig(depth):
        return deeper[depth]() if depth else Tag.objects.count()

    deeper = {depth: eval(f"lambda: dig({depth - 1})", {"dig": dig}) for depth in range(1, 7)}
    with record() as recording:
        dig(6)
    assert len(recording.queries[0].stack) == 4


def test_recursion_is_shown_once(shop):
    def walk(depth):
        Tag.objects.count()
        if depth:
            walk(depth - 1)

    with record() as recording:
        walk(9)
    assert {len(query.stack) for query in recording.queries} == {2}
    assert len({query.key for query in recording.queries}) == 1  # however deep


def test_a_loop_has_one_key_and_two_lines_have_two(shop):
    with record() as recording:
        for pk in (1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3):
            Tag.objects.get(pk=pk)
        Tag.objects.get(pk=1)
        Tag.objects.get(pk=2), Tag.objects.get(pk=3)
    keys = [query.key for query in recording.queries]
    assert len(set(keys[:12])) == 1
    assert len(set(keys)) == 4


def test_one_helper_called_from_two_lines_has_two_keys(shop):
    def helper(pk):
        return Tag.objects.get(pk=pk)

    with record() as recording:
        helper(1)
        helper(2)
    assert len({query.key for query in recording.queries}) == 2
    assert len({query.site.line for query in recording.queries}) == 1


def test_execute_wrappers_are_not_the_site(shop):
    def wrapper(execute, sql, params, many, context):
        return execute(sql, params, many, context)

    with record() as recording, connection.execute_wrapper(wrapper), connection.execute_wrapper(wrapper):
        Tag.objects.count()
    assert recording.queries[0].site.text == "Tag.objects.count()"


def test_without_sites_there_is_no_site(shop):
    with record(sites=False) as recording:
        Tag.objects.count()
    query = recording.queries[0]
    assert (query.site, query.template, query.stack) == (None, None, [])


OPERATIONS = {
    "get": lambda: Tag.objects.get(pk=1),
    "first": lambda: Tag.objects.first(),
    "last": lambda: Tag.objects.last(),
    "exists": lambda: Tag.objects.exists(),
    "count": lambda: Tag.objects.count(),
    "in_bulk": lambda: Tag.objects.in_bulk([1, 2]),
    "bulk_create": lambda: Tag.objects.bulk_create([Tag(name="x")]),
    "update": lambda: Tag.objects.filter(pk=1).update(name="y"),
    "iterator": lambda: list(Tag.objects.iterator()),
    "raw": lambda: list(Tag.objects.raw("SELECT * FROM shop_tag")),
    "save": lambda: Tag(name="z").save(),
    "cursor": lambda: connection.cursor().execute("SELECT 1"),
    "": lambda: list(Tag.objects.all()),
    "get_or_create get": lambda: Tag.objects.get_or_create(name="tag 1"),
    "related get": lambda: Product.objects.all()[0].maker,
    "reverse_one get": lambda: Product.objects.all()[0].detail,
    "manager": lambda: list(Product.objects.all()[0].reviews.all()),
    "manager count": lambda: Product.objects.all()[0].reviews.count(),
    "manager exists": lambda: Product.objects.all()[0].tags.filter(name="x").exists(),
    "generic get": lambda: Note.objects.all()[0].about,
    "deferred refresh get": lambda: Product.objects.only("pk")[0].name,
    "refresh get": lambda: Tag.objects.all()[0].refresh_from_db(),
    "prefetch": lambda: list(Product.objects.prefetch_related("reviews")),
    "session": lambda: SessionStore("x" * 32).exists("x" * 32),
}


@pytest.mark.parametrize("words", OPERATIONS)
def test_the_operations_passed_on_the_way(shop, words):
    with record() as recording:
        OPERATIONS[words]()
    found = via(recording)
    if words == "session":
        assert found[0] == "session"
    elif words == "generic get":
        assert found[0] == "generic"
    else:
        # how Django gets one row (get, first or neither) differs between versions below a descriptor
        assert " ".join(found) == words or (" " in words and found[0] == words.split()[0])


def test_the_user_of_a_request_and_their_permissions(shop):
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user

    user = User.objects.create_user("ana")

    class Request:
        session = SessionStore()

    Request.session[SESSION_KEY] = str(user.pk)
    Request.session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    Request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    with record() as recording:
        assert get_user(Request) == user
    assert "auth_user" in via(recording)
    with record() as recording:
        user.has_perm("shop.add_tag")
    assert recording.count > 0
    assert not any("auth_user" in query.via for query in recording.queries)


def test_the_tag_of_the_template(shop):
    page = (
        "<ul>\n{% for product in products %}\n<li>{{ product.name }}: {{ product.maker.name }}\n{% endfor %}"
    )
    with record() as recording:
        render({"page.html": page}, products=Product.objects.all())
    first, *makers = recording.queries
    assert (first.template.label, first.template.text) == ("page.html:2", "{% for product in products %}")
    assert {query.template.label for query in makers} == {"page.html:3"}
    assert {query.template.text for query in makers} == {"{{ product.maker.name }}"}
    assert len({query.key for query in makers}) == 1
    assert makers[0].site.function == "render"  # the line of ours that rendered
    assert makers[0].via[0] == "related"


def test_a_method_called_from_a_template(shop):
    with record() as recording:
        render({"page.html": "\n{{ product.label }} {{ product.stars }}"}, product=Product.objects.get(pk=1))
    label, stars = recording.queries[-2:]
    assert label.template.text == "{{ product.label }}"
    assert stars.template.text == "{{ product.stars }}"
    assert stars.site.text.startswith('return self.reviews.aggregate(models.Avg("stars"))')
    assert stars.template.label == "page.html:1" or stars.template.label == "page.html:2"
    assert stars.via == ["manager", "aggregate"]


def test_the_includes_around_a_tag(shop):
    templates = {
        "page.html": "{% extends 'base.html' %}{% block body %}\n{% include 'list.html' %}{% endblock %}",
        "base.html": "<html>{% block body %}{% endblock %}",
        "list.html": "{% for product in products %}\n\n{% include 'card.html' %}{% endfor %}",
        "card.html": "{{ product.maker.name }}",
    }
    with record() as recording:
        render(templates, products=Product.objects.all())
    query = recording.queries[-1]
    assert query.template.label == "card.html:1"
    chain = [site.label for site in query.stack if site.label.endswith((":3", ":2"))]
    assert chain[-2:] == ["list.html:3", "page.html:2"]
    assert [span.name for span in recording.spans] == ["template page.html"]


def test_code_outside_a_template_is_not_charged_to_it(shop):
    with record() as recording:
        render({"page.html": "{{ a }}"}, a=1)
        Tag.objects.count()
    assert recording.queries[0].template is None
