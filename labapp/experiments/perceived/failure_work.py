"""What a new photo brings with it, as a function and as tasks: each effect can be counted in the database."""

from django.db.models import F

from labapp.experiments.deferral import shared_task, task
from labapp.experiments.perceived.idempotence import once
from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount


def finish(photo_id, author_id):
    """Count it, index it, and tell each follower: one statement after the other."""
    AuthorCount.objects.filter(author=author_id).update(photos=F("photos") + 1)
    posting.index_photo(photo_id)
    posting.notify_followers(photo_id)


@shared_task
def finish_by_celery(photo_id, author_id):
    """As it stands: done twice, it notifies and counts twice."""
    finish(photo_id, author_id)


@shared_task
def finish_once(photo_id, author_id):
    """Done twice, it comes to the same."""
    once(photo_id, finish, author_id)


@task()
def finish_by_task(photo_id, author_id):
    """The same as one of Django's tasks."""
    finish(photo_id, author_id)
