"""The exercises of notebook 03: which half may wait, when to hand it over, what a second delivery does."""

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db.models import F
from django.db.transaction import atomic, set_rollback
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.exercises.desk import task
from labapp.experiments.exercises.enough_workers import EnoughWorkers, errands
from labapp.experiments.exercises.hand_over import HandOver
from labapp.experiments.exercises.idempotent import Idempotent
from labapp.experiments.exercises.own_rows import Done, Outbox, Talk
from labapp.experiments.exercises.right_half import RightHalf
from labapp.experiments.optimization.story import make_table
from labapp.experiments.question import Question, accept_set
from labapp.experiments.unseen import unseen
from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount, Board, Comment, Notification, Photo, SearchWord
from labapp.pinsta.posting.thumbnails import SIZES, thumbnail

__all__ = ["Done", "Outbox", "errands"]


# 2. She waits for work that nobody needs now

def save(request):
    """The Photo that was uploaded, checked and saved; nothing else of it is done."""
    board = Board.objects.get(pk=request.POST["board"], owner=request.user)
    return posting.post_photo(request.user, board, request.POST["caption"], request.FILES["picture"])


def answer(photo):
    """The page that its author sees next: the photo in small, and how many they have posted."""
    small = thumbnail(photo.image, SIZES[-1])
    shown = f"{default_storage.size(small):,} bytes" if default_storage.exists(small) else "none yet"
    number = AuthorCount.objects.filter(author=photo.author_id).values_list("photos", flat=True).first() or 0
    return HttpResponse(format_html(
        "<h1>{}</h1>\n<p>Picture: {}</p>\n<p>Your photo number {}</p>\n", photo.caption, shown, number,
    ))


right_half = RightHalf(
    "03 right half",
    answer,
    hints=[
        "What does lesson.answer() show? Its code stands above.",
        "Whoever is told that there is a new photo is not the one who waits for this answer.",
        "later() wants the function and what it is called with: later(work, photo.pk).",
    ],
)


enough_workers = EnoughWorkers(
    "03 workers",
    hints=[
        "A worker does one task after the other. How many of them can it do in a second?",
        "In each second so many seconds of work come in: how many come, times how long one takes.",
        "With exactly as many workers as that, none may ever be idle, and chance is not so kind. Round up.",
    ],
)


# 5. The worker dies

idempotent = Idempotent(
    "03 idempotent",
    hints=[
        "After a crash nobody knows how far it came. Either all of it has happened, or nothing: what makes "
        "several statements into one?",
        "Then a second delivery must find out that all has happened. A row of lesson.Done says so, if it is "
        "written together with the rest.",
        "Or nothing is added: who has a notification gets none, and the number is counted, not raised.",
    ],
)


@task
def finish(photo_id):
    """What is put off when a photo is posted: a task of Django's framework, with enqueue()."""
    posting.index_photo(photo_id)
    posting.notify_followers(photo_id)


on_commit = HandOver(
    "03 on commit",
    hints=[
        "A worker has a connection of its own. From which moment on does it see what you have written?",
        "django.db.transaction has a function that calls another one when the outermost transaction has been "
        "committed, and not at all when it is rolled back.",
        "Or hand over with a row that belongs to the same transaction: lesson.Outbox(task=…, photo_id=…). "
        "Whoever moves it into the queue finds it when the photo is there, and not before.",
    ],
)


# Closing

def comment_page(photo, user, text):
    """A page not seen before: somebody comments. Its pieces, in their order, and the answer."""

    def read():
        user.notifications.filter(photo=photo).update(read=True)

    def save():
        Comment.objects.create(photo=photo, author=user, text=text, created=timezone.now())

    def tell():
        Notification.objects.create(
            recipient=photo.author, actor=user, photo=photo, verb="commented", created=timezone.now()
        )

    def tally():
        Talk.objects.filter(photo_id=photo.pk).update(comments=F("comments") + 1)

    def index():
        for word in set(text.lower().split()):
            SearchWord.objects.get_or_create(photo=photo, word=word)

    def answer():
        newest = [comment.text for comment in photo.comments.all()[:3]]
        return newest, user.notifications.unread().count()

    return [read, save, tell, tally, index], answer


PIECES = ("read", "save", "tell", "tally", "index")


def pieces_by_trial(stop):
    """{"later": the pieces that may come after the answer, "twice": those of them that may come twice}."""
    with unseen(SEEDS[0], writes=True), guarded(stop), probe.unrecorded():
        make_table(Talk)
        photo = Photo.objects.order_by("?").first()
        user = get_user_model().objects.exclude(pk=photo.author_id).order_by("?").first()
        Talk.objects.create(photo_id=photo.pk, comments=photo.comments.count())
        for _ in range(2):
            Notification.objects.create(
                recipient=user, actor=photo.author, photo=photo, verb="liked", created=timezone.now()
            )
        usual = played(photo, user)
        later = [name for name in PIECES if played(photo, user, later=name) == usual]
        twice = [name for name in later if played(photo, user, later=name, times=2) == usual]
    return {"later": later, "twice": twice}


def played(photo, user, later=None, times=1):
    """(the answer, what is there in the end); one piece comes ``later``, so many times."""
    with atomic():
        pieces, answer = comment_page(photo, user, "What a seen place this is")
        by_name = {each.__name__: each for each in pieces}
        for name in by_name:
            if name != later:
                by_name[name]()
        shown = answer()
        for _ in range(times if later else 0):
            by_name[later]()
        found = shown, left(photo, user)
        set_rollback(True)
    return found


def left(photo, user):
    """What the page has to do with, as the database has it."""
    return (
        sorted(photo.comments.values_list("author", "text")),
        sorted(photo.notifications.values_list("recipient", "actor", "verb", "read")),
        sorted(photo.words.values_list("word", flat=True)),
        Talk.objects.get(photo_id=photo.pk).comments,
        user.notifications.unread().count(),
    )


def accept_both(said, found):
    """Whether both lists are those that were found."""
    if not isinstance(said, dict) or set(said) != set(found):
        return False, "Write a dictionary with two lists of pieces: {'later': […], 'twice': […]}."
    verdicts = [(name, *accept_set(said[name], found[name], PIECES)) for name in found]
    if wrong := [f"{name.capitalize()}: {sentence}" for name, right, sentence in verdicts if not right]:
        return False, " ".join(wrong)
    return True, f"Measured: later {', '.join(found['later'])}; twice {', '.join(found['twice'])}."


transfer = Question(
    "03 transfer",
    "Which of its pieces may come later, after the answer, and which of these may be delivered twice as they "
    "are written?",
    measure=pieces_by_trial,
    accept=accept_both,
    about=comment_page,
    hints=[
        "Read answer(). What has to have happened so that it shows this user the truth?",
        "A piece that adds, a row or a one, adds again. One that sets what is to be, or looks first, "
        "does not.",
    ],
)
