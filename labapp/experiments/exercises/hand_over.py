"""Handing work over at the right moment: at every moment is looked what a worker that begins would find."""

import secrets
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.db.transaction import atomic
from django.utils import timezone

from labapp import databases, probe
from labapp.experiments.databases import guarded
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.exercises.desk import desk
from labapp.experiments.exercises.never_stale import private, short
from labapp.experiments.exercises.own_rows import Outbox
from labapp.experiments.faults import sentence
from labapp.experiments.optimization.story import make_table
from labapp.experiments.variant import Variant
from labapp.measure.stop import Stopped
from labapp.pinsta.models import Board, Photo, Tag

TAGS = 3
MOST = 40  # statements that fail in turn
WHOLE = (1, TAGS)
INSIDE = ", inside of the request's transaction"
FAILURE = "the database fails, on purpose"


class Refused(Exception):
    """What a request raises after the reader's function has returned."""


class Fails:
    """The database's error, once, before statement number ``turn`` (from 0); ``came`` says whether."""

    def __init__(self, turn):
        self._turn, self._seen, self.came = turn, 0, False

    def look(self):
        """Called before each statement."""
        self._seen += 1
        if self._seen > self._turn and not self.came:
            self.came = True
            raise OperationalError(FAILURE)


@dataclass
class Call:
    """What came of one call.

    ``handed``: the keys that a worker was given; ``early``: (a key, what there was of it, the number of the
    statement) where a worker could have begun before that statement and not found the whole post;
    ``left``: (photos, tags) at the end; ``moments`` that were looked at; ``queries`` that were sent;
    ``fault``: what was raised; ``kept``: whether it was handed over as a row of the outbox; ``failed``: the
    query that was made to fail.
    """

    when: str = ""
    handed: list = field(default_factory=list)
    early: list = field(default_factory=list)
    left: tuple = (0, 0)
    moments: int = 0
    queries: list = field(default_factory=list)
    fault: str | None = None
    kept: bool = False
    failed: object = None


class HandOver(Checked):
    """``post(photo, tags)`` saves all of it, or nothing, and hands the task over once that can be done."""

    def _refusal(self, post=None, *_):
        return not_a_function(post, ("photo", "tags"))

    def _measure(self, stop, post):
        """The calls: two that succeed, one that the request takes back, and those whose statements fail."""
        variant = Variant(getattr(post, "__name__", "yours"), post, "", "", "")
        with private(), guarded(stop), Office(variant, stop) as office:
            calls = [
                office.call("Alone", post),
                office.call("Inside of the request's transaction", atomic(post)),
                office.call("When the request is taken back later", atomic(then_refused(post)), Refused),
            ]
            for of, good in zip((post, atomic(post)), calls[:2], strict=True):
                for turn, query in enumerate(good.queries[:MOST]):
                    fails = Fails(turn)
                    call = office.call(f"When statement {turn + 1} fails", of, OperationalError, fails.look)
                    call.failed = query
                    calls += [call] if fails.came else []
            return calls

    def _judge(self, verdict, calls):
        alone, inside, back, *failed = calls
        if fault := next((each.fault for each in calls if each.fault), None):
            verdict.say(False, fault)
            return
        for call in (alone, inside):
            if not self._judge_success(verdict, call):
                return
        for call in (back, *failed):
            if said := half(call):
                verdict.say(False, f"{call.when}, {said}")
                verdict.look = place("The statement that was made to fail:", call.failed)
                return
        verdict.say(
            True, "All or nothing, when the request is taken back and whichever of its statements fails "
            f"({len(failed)} tried).",
        )
        if not alone.kept:
            verdict.look = [
                "One moment is left: a process that dies right after its COMMIT hands nothing over. A row in "
                "the outbox, in the same transaction, survives that as well.",
            ]

    def _judge_success(self, verdict, call):
        photos, tags = call.left
        if call.left != WHOLE:
            saved = f"there are {photos} photos with {tags} tags in all" if photos else "no photo is there"
            return verdict.say(False, f"{call.when}, {saved} and not 1 with {TAGS}.")
        if call.early:
            key, found, number = call.early[0]
            verdict.say(False, f"{call.when}, a worker that begins at once {missed(key, found)}")
            before = call.queries[number : number + 1]
            verdict.look = place("It could have begun before this statement:", *before)
            return False
        if len(call.handed) != 1:
            times = f"{len(call.handed)} times" if call.handed else "to nobody"
            return verdict.say(False, f"{call.when}, the task is handed over {times}.")
        return verdict.say(
            True, f"{call.when}: handed over once, and whoever begins finds the whole post "
            f"({call.moments} moments).",
        )


class Office:
    """Where posts are made, and a second connection that sees of them what a worker would."""

    def __init__(self, variant, stop):
        self._variant, self._stop = variant, stop
        with probe.unrecorded():
            make_table(Outbox)
            self._people = list(get_user_model().objects.filter(boards__isnull=False).distinct()[:3])
        self._outside = databases.target_of(connection.settings_dict)

    def __enter__(self):
        self._outside.connection.ensure_connection()
        self._outside.connection.inc_thread_sharing()  # the reader's function may send from a thread
        return self

    def __exit__(self, *_):
        self._outside.close()

    def call(self, when, post, expected=(), hook=None):
        """Call it once for a new photo; errors of the kind that is ``expected`` belong to the try."""
        call, caption = Call(when), f"A photo {secrets.token_hex(4)}"
        with probe.unrecorded():
            Outbox.objects.all().delete()
            photo, tags = self._draft(caption), list(Tag.objects.order_by("?")[:TAGS])

        def look():
            call.moments += 1
            self._look(call, caption)

        def take(result):
            call.handed.append(next(iter([*result.args, *result.kwargs.values()]), None))
            with probe.unrecorded():
                look()

        with desk(take), probe.record(spans=False) as recording, probe.before_statement(look, waits=False):
            with probe.before_statement(hook or _nothing, waits=False):
                self._run(post, photo, tags, call, expected)
        call.queries = recording.queries
        with probe.unrecorded():
            look()
            call.left = self._rows("caption = %s", caption)
            outbox = self._ask("SELECT photo_id FROM lab_exercise_outbox")
            call.kept = bool(outbox)
            call.handed += [key for (key,) in outbox]
        return call

    def _run(self, post, photo, tags, call, expected):
        try:
            post(photo, tags)
        except (Stopped, KeyboardInterrupt):
            raise
        except expected:
            pass
        except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
            self._stop.check()
            if FAILURE not in str(error) and not expected:
                call.fault = f"It raises {sentence(error, self._variant).rstrip('.')}."
        finally:
            with probe.unrecorded():
                settled()

    def _draft(self, caption):
        """A photo that is not saved yet."""
        author = self._people[secrets.randbelow(len(self._people))]
        return Photo(
            author=author, board=Board.objects.filter(owner=author).first(), caption=caption,
            image="new.jpg", width=1200, height=800, created=timezone.now(),
        )

    def _look(self, call, caption):
        """What a worker would find now of each task that it could have."""
        outbox = [key for (key,) in self._ask("SELECT photo_id FROM lab_exercise_outbox")]
        for key in {*call.handed, *outbox}:
            found = self._rows("caption = %s AND photo.id = %s", caption, key)
            if found != WHOLE:
                call.early.append((key, found, call.moments - 1))

    def _rows(self, where, *values):
        """(photos, tags of them) that are committed."""
        (row,) = self._ask(
            "SELECT count(DISTINCT photo.id), count(tag.id) FROM pinsta_photo photo "
            f"LEFT JOIN pinsta_phototag tag ON tag.photo_id = photo.id WHERE {where}", *values
        )
        return tuple(row)

    def _ask(self, sql, *values):
        with self._outside.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()


def _nothing():
    pass


def then_refused(post):
    """The same in a request that is taken back after it."""

    def request(photo, tags):
        post(photo, tags)
        raise Refused

    return request


def settled():
    """What the reader has left open is taken back, as at the end of a request."""
    if connection.in_atomic_block or not connection.get_autocommit():
        connection.close()
        connection.ensure_connection()


def missed(key, found):
    """What a worker misses, as the end of a sentence."""
    if not found[0]:
        return f"finds no photo {key}." if key is not None else "has no key: the photo is not saved yet."
    return f"finds the photo with {found[1]} of its {TAGS} tags."


def half(call):
    """What is wrong with what a failed call has left, as the end of a sentence; nothing when all is well."""
    photos, tags = call.left
    if call.left not in ((0, 0), WHOLE):
        return f"half a post stays: {photos} photo with {tags} of its {TAGS} tags."
    if len(call.handed) > photos:
        return "a task is handed over all the same, for a photo that is not there."
    if len(call.handed) < photos:
        return "the post stays, and its task is handed over to nobody."
    return f"a worker that begins at once {missed(*call.early[0][:2])}" if call.early else ""


def place(title, query=None):
    """Where to look: a statement, and the line that it comes from."""
    if query is None:
        return []
    at = [f"{query.site.label}  {query.site.text}".rstrip()] if query.site is not None else []
    return [title, *at, short(" ".join(query.sql.split()))]
