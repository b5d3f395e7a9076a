"""How much somebody has posted."""

from django.db.models import F

from ..models import AuthorCount, Photo


def count_photo(photo_id):
    """
    Add 1 to the author's counter: two statements, and a few more for an author's first photo.

    The database adds, so photos that are counted at the same time are all counted. Counting one twice counts
    it twice: nothing here knows which photos the number is made of.
    """
    author = Photo.objects.values_list("author", flat=True).get(pk=photo_id)
    counter = AuthorCount.objects.filter(author=author)
    if not counter.update(photos=F("photos") + 1):
        AuthorCount.objects.get_or_create(author_id=author)
        counter.update(photos=F("photos") + 1)
