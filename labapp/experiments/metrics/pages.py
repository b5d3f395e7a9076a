"""Every page of Pinsta: its query count, and its law as the page grows (talk 4.1).

Ana is logged in; each page goes through the whole stack, middleware, session and user included.
"""

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, keep
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Board, Photo, Tag

pages = Experiment(
    "pages", question="Which of these pages survives its own success?", claims=["4.1"],
    parameters=[Integer("size", 20, low=1, high=100, help="things on the page")],
    conditions=[database(), round_trip()],
    includes=["Times are of whole requests: middleware, session, user, view and template."],
)


def visitor():
    """A client in which Ana is logged in, and the largest things there are to look at."""
    return keep("visitor", _log_in)


def _log_in():
    client = Client()
    client.force_login(get_user_model().objects.get(username="ana"))
    client.photo = most(Photo, "comments").pk
    client.board = most(Board, "photos").pk
    client.author = most(get_user_model(), "photos").username
    client.tag = most(Tag, "photos").slug
    return client


def most(model, relation):
    """The object with the most of a relation."""
    return model.objects.annotate(size=Count(relation)).order_by("-size", "pk").first()


def get(address, **query):
    """The page, as bytes; an answer other than 200 is an error."""
    response = visitor().get(address, query)
    if response.status_code != 200:
        raise LookupError(f"{address} answered {response.status_code}.")
    return response.content


@pages.variant
def feed(size):
    """/ : the photos of people Ana follows."""
    return get("/", photos=size)


@pages.variant(name="JSON feed")
def feed_json(size):
    """The same for the telephone app."""
    return get(reverse("feed-json"), photos=size)


@pages.variant
def popular(size):
    """The photos that most people like."""
    return get(reverse("popular"), photos=size)


@pages.variant
def board(size):
    """The fullest board."""
    return get(reverse("board", args=[visitor().board]), photos=size)


@pages.variant
def profile(size):
    """Whoever has most photos."""
    return get(reverse("profile", args=[visitor().author]), photos=size)


@pages.variant
def photo(size):
    """The photo most talked about, with its threads."""
    return get(reverse("photo", args=[visitor().photo]), comments=size)


@pages.variant
def search(size):
    """The tag on most photos."""
    return get(reverse("search"), q=f"#{visitor().tag}", photos=size)


@pages.variant
def notifications(size):
    """What others did since Ana last looked."""
    return get(reverse("notifications"), notifications=size)
