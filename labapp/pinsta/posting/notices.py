"""Telling the followers."""

from django.utils import timezone

from ..models import Follow, Notification, Photo


def notify_followers(photo_id):
    """
    Tell each follower of the author that there is a new photo, one after the other.

    That is two statements and one more for each follower. Doing it twice tells everybody twice.
    """
    for notice in _notices(photo_id):
        notice.save(force_insert=True)


def notify_followers_at_once(photo_id):
    """
    The same notifications in two statements, and as few more as the database can take.

    Django 5 begins a transaction for those, later ones where there are several. Doing it twice tells
    everybody twice.
    """
    Notification.objects.bulk_create(_notices(photo_id))


def _notices(photo_id):
    """A Notification for each follower, not saved; two statements."""
    author = Photo.objects.values_list("author", flat=True).get(pk=photo_id)
    now = timezone.now()
    followers = Follow.objects.filter(followed=author).order_by("pk").values_list("follower", flat=True)
    return [
        Notification(
            recipient_id=follower,
            actor_id=author,
            verb=Notification.Verb.POSTED,
            photo_id=photo_id,
            created=now,
        )
        for follower in followers
    ]
