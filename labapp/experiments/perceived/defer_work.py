"""A photo is posted, and what that brings with it: the work of defer and aggregate."""

from django.http import HttpResponse

from labapp.experiments.deferral import shared_task, task
from labapp.experiments.perceived.defer_figures import DONE
from labapp.experiments.perceived.pictures import picture as picture_of
from labapp.experiments.traffic import Ask
from labapp.pinsta import posting
from labapp.probe.ledger import marked

WORKERS_LOOK = "Queries are those of the site and of its task workers, which look for work again and again."
CAPTION = "The harbour before anybody is awake, picture {n}"
PHOTO = r'data-photo="(\d+)"'  # in the answer


def asks(picture, **_):
    """Everybody posts photos."""
    form = {"data": {"caption": CAPTION}, "files": {"picture": str(picture_of(picture))}}
    return [Ask("post", "post/", method="POST", **form, look=PHOTO)]


def posted(request):
    """The new Photo on the first board of whoever sends the form."""
    board = request.user.boards.order_by("pk").first()
    return posting.post_photo(request.user, board, request.POST["caption"], request.FILES["picture"])


def answer(photo):
    """What its author is shown."""
    return HttpResponse(f'<p data-photo="{photo.pk}">{photo.author.username}, your photo is there.</p>')


def finish(photo_id):
    """All that a posted photo brings with it, one after the other."""
    with marked(f"{DONE}{photo_id}"):
        for work in posting.WORK:
            work(photo_id)


def finish_at_once(photo_id):
    """The same, all followers in one statement."""
    with marked(f"{DONE}{photo_id}"):
        posting.make_thumbnails(photo_id)
        posting.index_photo(photo_id)
        posting.notify_followers_at_once(photo_id)
        posting.count_photo(photo_id)


@shared_task
def finish_by_celery(photo_id):
    """finish() as a task of Celery."""
    finish(photo_id)


@task()
def finish_by_task(photo_id):
    """finish() as one of Django's."""
    finish(photo_id)
