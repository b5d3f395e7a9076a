"""The page that is cached: one photo with what people say about it, and the moment it was put together."""

from django.db.models import Count, Q, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils import timezone

from labapp.pinsta.models import Photo

STAMP = r"<time>([\d.]+)</time>"  # in a page: when what it shows was read, in seconds
TOKEN = r'name="csrfmiddlewaretoken" value="\w+"'


def story(photo_id, comments):
    """What the template needs: a photo, so many of its threads, and as of when."""
    photo = get_object_or_404(Photo, pk=photo_id)
    threads = photo.comments.filter(parent=None).order_by("created", "id")[:comments]
    return {"photo": photo, "threads": threads, "as_of": timezone.now(), "comments": comments}


def whole_story(photo_id, comments):
    """The same with all that the template will ask, in memory.

    It sends the statements that the page would send, one by one: so a miss differs from no cache at all in
    the work of the cache, and in nothing else.
    """
    told = story(photo_id, comments)
    photo, told["threads"] = told["photo"], list(told["threads"])
    for _ in (photo.author.profile, photo.board, photo.like_count, photo.comment_count):
        pass  # each remembers its answer
    prefetch_related_objects([photo], "tags")
    for comment in told["threads"]:
        _ask(comment)
    return told


def _ask(comment):
    """All that the page asks of a comment, and of the answers to it."""
    prefetch_related_objects([comment], "author__profile", "replies")
    for reply in comment.replies.all():
        _ask(reply)


def most_discussed(photos):
    """The ids of so many photos, those with most discussions first."""
    discussions = Count("comments", filter=Q(comments__parent=None))
    ranked = Photo.objects.annotate(discussions=discussions).order_by("-discussions", "id")
    return tuple(ranked.values_list("id", flat=True)[:photos])
