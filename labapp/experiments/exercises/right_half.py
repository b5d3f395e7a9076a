"""The half of the work that somebody waits for: a request is answered, and what it puts off is done later."""

import inspect
import random
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import TemporaryDirectory

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone
from PIL import Image

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.faults import sentence
from labapp.experiments.unseen import unseen
from labapp.experiments.variant import Variant
from labapp.measure.sameness import difference
from labapp.pinsta.models import AuthorCount, Board, Follow, Notification, SearchWord
from labapp.pinsta.posting.index import words
from labapp.pinsta.posting.thumbnails import SIZES, thumbnail

FOLLOWERS = (2, 40)  # of the authors who post; some more or fewer at each check
PIXELS = (96, 64)


class NotForLater(TypeError):
    """What cannot be put off; its text is one sentence."""


class Later:
    """``later(function, *args)`` as a queue takes it: a function of a module, and what JSON can carry."""

    def __init__(self):
        self.works = []

    def __call__(self, function, *args, **kwargs):
        """Put it off."""
        if not inspect.isfunction(function):
            raise NotForLater(
                f"later() wants a function and what it is called with, later(work, photo.pk), and got "
                f"{type(function).__name__}: without the brackets that call it."
            )
        if "<" in function.__qualname__:
            raise NotForLater(
                "later() wants a function that a worker can import by its name: no lambda, and none that is "
                "made inside of another."
            )
        try:
            DjangoJSONEncoder().encode([args, kwargs])
        except TypeError as error:
            raise NotForLater(
                f"What is handed to later() goes through a queue as JSON, and there: {error}. A worker needs "
                "the key."
            ) from None
        self.works.append((function, args, kwargs))


@dataclass
class Post:
    """One post. ``shown`` and ``should``: the answer, and the same when all is done; ``early``: what was done
    before the answer and is not on it; ``wrong``: effects that are not there once in the end; ``queries``
    before the answer, with so many ``followers``."""

    followers: int = 0
    shown: str = ""
    should: str = ""
    early: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    queries: int = 0


class RightHalf(Checked):
    """``post(request, later)`` gives ``answer(photo)`` as when all is done, and puts off what it can."""

    def __init__(self, name, answer, hints=()):
        self._answer = answer
        super().__init__(name, hints)

    def _refusal(self, post=None, *_):
        return not_a_function(post, ("request", "later"))

    def _measure(self, stop, post):
        """(posts, fault)."""
        variant = Variant(getattr(post, "__name__", "yours"), post, "", "", "")
        with unseen(SEEDS[0], writes=True) as witness, guarded(stop), folder():
            try:
                return Studio(post, self._answer, witness).play(), None
            except NotForLater as refusal:
                return [], str(refusal).rstrip(".")
            except Exception as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                return [], f"It raises {sentence(error, variant).rstrip('.')}"

    def _judge(self, verdict, evidence):
        posts, fault = evidence
        if fault:
            verdict.say(False, f"{fault}.")
            return
        few, many = posts
        unlike = next((each for each in posts if each.shown != each.should), None)
        verdict.say(
            not unlike, f"Not the right answer: {difference(unlike.should, unlike.shown)}." if unlike
            else "The answer shows what it should: the photo, its picture, and the author's number.",
        )
        grows = many.queries > few.queries
        verdict.say(
            not grows, f"{few.queries} statements before the answer with {few.followers} followers, and "
            f"{many.queries} with {many.followers}."
        )
        for what in many.early:
            verdict.say(False, f"She waits for what the answer does not show: {what}.")
        wrong = few.wrong + many.wrong
        verdict.say(not wrong, wrong[0] if wrong else "In the end all of it is done, and done once.")


class Studio:
    """Two people who post, what their requests put off, and what is there before and after it is done."""

    def __init__(self, post, answer, witness):
        self._post, self._answer, self._witness = post, answer, witness
        self._later = Later()

    def play(self):
        """The two posts, after everything has been done in an order drawn anew."""
        posts = [self._ask(number + random.randint(0, 3)) for number in FOLLOWERS]
        for function, args, kwargs in random.sample(self._later.works, len(self._later.works)):
            function(*args, **kwargs)
        with probe.unrecorded():
            for post, photo, before in posts:
                post.should = text(self._answer(photo)) if photo else "a photo that is saved"
                post.wrong = wrong(photo, post.followers, before) if photo else ["The photo is not saved."]
        return [post for post, _, _ in posts]

    def _ask(self, followers):
        """(Post, its photo or None, what the author's counter was)."""
        with probe.unrecorded():
            author, before = somebody(followers)
            request = upload(author)
        post = Post(followers)
        with self._witness.watching():
            count = self._witness.count
            answer = self._post(request, self._later)
            post.queries = self._witness.count - count
        with probe.unrecorded():
            post.shown = text(answer)
            photo = author.photos.first()
            if photo and Notification.objects.filter(photo=photo).exists():
                post.early.append("the followers are told")
            if photo and SearchWord.objects.filter(photo=photo).exists():
                post.early.append("the words are put into the search index")
        return post, photo, before


def somebody(followers):
    """(a new author with so many followers and a board, what their counter says)."""
    people, now = get_user_model().objects, timezone.now()
    fans = list(people.order_by("?")[:followers])
    author = people.create(username=f"somebody.{secrets.token_hex(4)}")
    Board.objects.create(owner=author, title="New", slug="new", created=now)
    Follow.objects.bulk_create(Follow(follower=fan, followed=author, created=now) for fan in fans)
    counter = AuthorCount.objects.create(author=author, photos=random.randint(3, 90))
    return author, counter.photos


def upload(author):
    """The request in which somebody posts a picture, a new one each time."""
    colour, file = tuple(secrets.token_bytes(3)), BytesIO()
    Image.new("RGB", PIXELS, colour).save(file, "JPEG")
    request = RequestFactory().post("/photos/new/", {
        "board": author.boards.get().pk,
        "caption": f"Seen {secrets.token_hex(3)} from {secrets.token_hex(3)}",
        "picture": SimpleUploadedFile("seen.jpg", file.getvalue(), "image/jpeg"),
    })
    request.user = author
    return request


def wrong(photo, followers, before):
    """Sentences on what is not there, or not once."""
    found = []
    told = list(Notification.objects.filter(photo=photo).values_list("recipient", flat=True))
    if len(set(told)) < followers:
        found.append(f"In the end {followers - len(set(told))} of {followers} followers have not been told.")
    elif len(told) > followers:
        found.append(f"In the end {followers} followers have been told {len(told)} times.")
    if set(photo.words.values_list("word", flat=True)) != set(words(photo.caption)):
        found.append("In the end the photo is not in the search index.")
    counted = AuthorCount.objects.get(author=photo.author).photos - before
    if counted != photo.author.photos.count():
        found.append(f"In the end 1 photo has been counted {counted} times.")
    if not all(default_storage.exists(thumbnail(photo.image, size)) for size in SIZES):
        found.append("In the end there are no thumbnails.")
    return found


def text(answer):
    """The page in an answer; what else it is, in words."""
    if not isinstance(answer, HttpResponse):
        return f"{type(answer).__name__} instead of an HttpResponse"
    return answer.content.decode(errors="replace")


@contextmanager
def folder():
    """Files are kept in a folder that is gone at the end."""
    with TemporaryDirectory(prefix="labapp-posted-") as path, override_settings(MEDIA_ROOT=path):
        yield
