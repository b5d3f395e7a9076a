"""The search index: the words of captions."""

import re

from ..models import Photo, SearchWord

WORD = re.compile(r"\w+")
LONGEST = SearchWord._meta.get_field("word").max_length


def index_photo(photo_id):
    """
    Put the words of the photo's caption into the search index.

    A word that is there already stays, so doing it twice comes to the same. Two statements; Django 5
    begins a transaction for the second.
    """
    caption = Photo.objects.values_list("caption", flat=True).get(pk=photo_id)
    entries = [SearchWord(photo_id=photo_id, word=word) for word in words(caption)]
    SearchWord.objects.bulk_create(entries, ignore_conflicts=True)


def words(text):
    """The different words of a text as the index has them, in the order of the alphabet."""
    return sorted({word.casefold()[:LONGEST] for word in WORD.findall(text)})
