"""One row or a few of each group, and the place of a row in its group."""


from labapp.experiments.optimization.distinct_on import distinct_on
from labapp.experiments.optimization.numbering import numbering
from labapp.experiments.optimization.top_n import top_n
from labapp.pinsta.models import Comment, Photo
from tests.experiments.both import database, only_on, statements  # noqa: F401


def test_a_query_for_each_photo_or_one_for_all(database):
    sent = {photos: statements(top_n, database, photos=photos) for photos in (10, 20)}
    assert sent[20].pop("query per photo") == 20 and sent[10].pop("query per photo") == 10
    assert sent[10] == sent[20]
    assert {name for name, number in sent[20].items() if number > 1} == {"Prefetch with a slice"}
    assert ("LATERAL" in sent[20]) == (database == "PostgreSQL")


def test_the_newest_comments_of_a_photo_are_its_newest(pinsta_db):
    pk = top_n.variants["window"].function(photos=1, comments=2)
    (photo, texts), = pk.items()
    comments = sorted(Comment.objects.filter(photo=photo), key=lambda each: (each.created, each.pk))
    assert texts == [comment.text for comment in comments[:-3:-1]]


def test_a_query_for_each_author_or_one_for_all(database):
    sent = statements(distinct_on, database, authors=20)
    assert sent.pop("query per author") == 20
    assert set(sent.values()) == {1}
    assert only_on(database, "PostgreSQL", "DISTINCT ON") <= set(sent)


def test_a_count_for_each_photo_or_one_query(database):
    sent = statements(numbering, database, authors=3)
    assert sent.pop("count per photo") == 1 + Photo.objects.filter(author__lte=3).count()
    assert set(sent.values()) == {1}
