"""A counter that must lose nothing: tried with another writer who comes in at the worst moment."""

import random
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import OperationalError, connection

from labapp import databases, probe
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import Exercise
from labapp.experiments.experiment import Experiment
from labapp.experiments.faults import sentence
from labapp.experiments.optimization.story import Narrow, make_table
from labapp.experiments.parameters import Integer
from labapp.experiments.variant import Variant
from labapp.measure.stop import Stopped
from labapp.services import ServiceError, postgresql

STORIES = 5
MOST = 12  # statements before which the other comes in; whoever sends more is not tried further
DATABASE = "like_counter"  # in the process's own PostgreSQL
WAITS = 20  # ms that the other waits for a lock before it comes again later; only the reader can hold one

like = Experiment(
    "like", question="Two people like a story at the same moment. Is it two likes?", claims=["5.3"],
    parameters=[Integer("pk", 1, low=1, high=STORIES, help="the story")],
)


class Rival:
    """Another writer, on a connection of its own, who likes the story once: before statement number ``turn``.

    ``came``: whether the reader's function came as far; ``waited``: whether a lock kept it out, so that it
    writes at the end.
    """

    def __init__(self, settings, pk, turn):
        sqlite = "sqlite3" in settings["ENGINE"]
        brief = {"timeout": 0} if sqlite else {"options": f"-c lock_timeout={WAITS}"}
        self._target = databases.target_of({**settings, "OPTIONS": brief})
        self._pk, self.turn, self._seen = pk, turn, 0
        self.came = self.waited = False

    def look(self):
        """Called before each statement of the reader's."""
        self._seen += 1
        if self._seen > self.turn and not self.came:
            self.came = True
            try:
                self._write()
            except OperationalError:
                self.waited = True

    def end(self):
        """Write now, if a lock was in the way before; {pk: (likes, text)} as the table is then."""
        if self.waited:
            self._write()
        with self._connection().cursor() as cursor:
            cursor.execute("SELECT id, likes, text FROM lab_narrow")
            return {pk: (likes, text) for pk, likes, text in cursor.fetchall()}

    def close(self):
        """Close its connection."""
        self._target.close()

    def _write(self):
        with self._connection().cursor() as cursor:
            cursor.execute(
                "UPDATE lab_narrow SET likes = likes + 1, version = version + 1 WHERE id = %s", [self._pk]
            )

    def _connection(self):
        own = self._target.connection
        if not own.allow_thread_sharing:
            own.inc_thread_sharing()  # the reader's function may send its statements from a thread
        return own


@dataclass
class Meeting:
    """What came of one call: ``likes`` added of ``clicks``; ``else_changed``: whether anything else was.

    ``query`` is the one before which the other came in, None when that moment never came; ``fault`` what
    was raised; ``vendor`` of the database.
    """

    vendor: str = ""
    clicks: int = 1
    likes: int = 0
    waited: bool = False
    query: object = None
    else_changed: bool = False
    fault: str | None = None


class LikeCounter(Exercise):
    """A function of ``pk`` that adds one to the likes of that Story, whoever else writes meanwhile."""

    def __init__(self, name, hints=()):
        super().__init__(name, like, grows={}, hints=hints)

    def _measure(self, stop, function):
        """A Meeting for each statement of the function's after its first, and one without the other."""
        variant = Variant(getattr(function, "__name__", "yours"), function, "", "", "")
        meetings = []
        with home() as settings:
            for turn in range(1, MOST + 1):
                meetings.append(meet(variant, settings, turn, stop))
                if meetings[-1].fault or meetings[-1].clicks == 1:
                    break
        return meetings

    def _judge(self, verdict, meetings):
        alone = [each for each in meetings if each.clicks == 1]
        met = [each for each in meetings if each.clicks == 2]
        if fault := meetings[-1].fault:
            verdict.say(False, fault)
            return
        wrong = next((each for each in alone if each.likes != 1), None)
        if wrong:
            verdict.say(False, f"Alone, it adds {wrong.likes} likes, not 1.")
        elif alone:
            verdict.say(True, "Alone, it adds one like.")
        if any(each.else_changed for each in meetings):
            verdict.say(False, "Something else has changed: another story, or its text.")
        if met or not wrong:
            self._judge_meetings(met, meetings[-1], verdict)

    def _judge_meetings(self, met, last, verdict):
        wrong = next((each for each in met if each.likes != 2), None)
        if wrong:
            verdict.say(False, _told(wrong))
            verdict.look = _place(wrong)
        elif met:
            times = "once" if len(met) == 1 else f"{len(met)} times, once before each"
            waited = " It had to wait for you, and wrote then." if any(each.waited for each in met) else ""
            came = f"Another writer came between your statements {times}."
            verdict.say(True, f"No like is lost. {came}{waited}")
        else:
            verdict.say(True, "It is a single statement: there is no moment for another writer to come in.")
        if last.vendor == "sqlite":
            verdict.say(
                True, "Tried on SQLite, where a transaction keeps all others out; PostgreSQL forgives less."
            )


def _told(meeting):
    if meeting.likes < 2:
        lost = "1 of 2 likes is lost" if meeting.likes == 1 else "Both likes are lost"
        return f"{lost}: another writer came in while your function was at work."
    return f"Of 2 likes it makes {meeting.likes}."


def _place(meeting):
    site = meeting.query.site if meeting.query is not None else None
    if site is None:
        return []
    place = f"{site.label}  {site.text}".rstrip()
    return ["The other one wrote right before this statement of yours:", place]


def meet(variant, settings, turn, stop):
    """Call the function once, with the other coming in before its statement number ``turn`` (from 0)."""
    pk = random.randint(1, STORIES)
    meeting, rival = Meeting(), Rival(settings, pk, turn)
    try:
        with databases.database(settings), probe.unrecorded():
            meeting.vendor = connection.vendor
            before = _fresh()
        with databases.database(settings), guarded(stop):
            _call(variant, pk, rival, meeting, stop)
        after = rival.end()
    except OperationalError as error:
        meeting.fault = f"The database of this check does not answer, check again. It says: {error}"
        return meeting
    finally:
        rival.close()
    meeting.clicks, meeting.waited = 1 + rival.came, rival.waited
    likes, text = after.get(pk, (0, None))
    meeting.likes = likes - before[pk][0]
    meeting.else_changed = after != {**before, pk: (likes, before[pk][1])}
    return meeting


def _call(variant, pk, rival, meeting, stop):
    """The reader's function, watched by the other; what it raises goes into the meeting."""
    try:
        with probe.before_statement(rival.look, waits=False), probe.record() as recording:
            variant.call({"pk": pk})
    except (Stopped, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
        stop.check()
        beside = ", with another writer beside it," if rival.came else ""
        meeting.fault = f"It raises{beside} {sentence(error, variant).rstrip('.')}."
        return
    if rival.came and len(recording.queries) > rival.turn:
        meeting.query = recording.queries[rival.turn]


def _fresh():
    """New stories in the place of the old, with random likes; {pk: (likes, text)}."""
    make_table(Narrow)
    Narrow.objects.all().delete()
    stories = [
        Narrow(pk=pk, title="A story", text=f"Story {random.random()}", likes=random.randint(10, 99))
        for pk in range(1, STORIES + 1)
    ]
    Narrow.objects.bulk_create(stories)
    return {story.pk: (story.likes, story.text) for story in stories}


@contextmanager
def home():
    """The entry of a private database: in PostgreSQL where that can be had, else a file of SQLite."""
    try:
        settings = _postgresql()
    except ServiceError:
        settings = None
    if settings is not None:
        yield settings
        return
    with TemporaryDirectory(prefix="labapp-likes-") as folder:
        yield {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "likes.sqlite3")}


def _postgresql():
    """The entry of a database of the process's own PostgreSQL; ServiceError where there is none."""
    if postgresql.find() is None:
        raise ServiceError(postgresql.HOW)
    server = postgresql.server()
    with server.admin() as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            admin.execute(f"CREATE DATABASE {DATABASE} OWNER {postgresql.ROLE}")
    return server.entry(DATABASE)
