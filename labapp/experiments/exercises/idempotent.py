"""A task that may be delivered again: killed before each of its steps, and its effects counted."""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.utils import timezone

from labapp import probe
from labapp.experiments.crashes import END, Endless, Process, delivered_again
from labapp.experiments.databases import guarded
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.exercises.never_stale import empty, private, short
from labapp.experiments.exercises.own_rows import Done, Outbox
from labapp.experiments.faults import sentence
from labapp.experiments.optimization.story import make_table
from labapp.experiments.variant import Variant
from labapp.measure.stop import Stopped
from labapp.pinsta.models import AuthorCount, Board, Follow, Notification, Photo

FOLLOWERS = 3
KEYS = 5_000_001, 5_000_002  # the two photos, the same in every run: who remembers them does nothing
COUNTED = "counted"
SHOWN = 6  # steps of a crash, at most


@dataclass
class Tried:
    """``once`` and ``anew``: (missing, too much) as Counters after one delivery, and the same on fresh data;
    ``crashes``: so many were tried; ``bad``: the Wrong ones; ``fault``: what was raised or did not end."""

    once: tuple = (Counter(), Counter())
    anew: tuple = (Counter(), Counter())
    crashes: int = 0
    bad: list = field(default_factory=list)
    fault: str | None = None


class Idempotent(Checked):
    """``task(photo_id)``: each follower of the author is told once, and the photo is counted once."""

    def _refusal(self, task=None, *_):
        return not_a_function(task, ("photo_id",))

    def _measure(self, stop, task):
        tried = Tried()
        variant = Variant(getattr(task, "__name__", "yours"), task, "", "", "")
        with private(), guarded(stop):
            with probe.unrecorded():
                scene = Scene(stop)
            try:
                self._try(task, scene, tried)
            except (Stopped, KeyboardInterrupt):
                raise
            except Endless as endless:
                tried.fault = str(endless)
            except Exception as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                tried.fault = f"It raises {sentence(error, variant)}"
        return tried

    def _try(self, task, scene, tried):
        """One delivery, on fresh data twice; then all crashes, each with another delivery."""
        tried.once, tried.anew = scene.once(task), scene.once(task)
        if any(tried.once) or any(tried.anew):
            return
        first, second = KEYS
        found = delivered_again(
            lambda: task(first), scene.begin, scene.effects, owed=lambda: scene.right,
            again=lambda: deliver(task, first, second),
        )
        tried.crashes = found.count
        tried.bad = [each for each in found.wrong if each.lost or each.doubled]

    def _judge(self, verdict, tried):
        if tried.fault:
            verdict.say(False, f"{tried.fault.rstrip('.')}.")
            return
        if any(tried.once):
            verdict.say(False, f"Delivered once: {told(*tried.once)}.")
            return
        verdict.say(True, "Delivered once: each follower is told, and the photo is counted.")
        if any(tried.anew):
            verdict.say(
                False, "On fresh data it does nothing any more: it remembers in this process what is done, "
                "and a worker that is killed forgets.",
            )
            return
        self._judge_crashes(verdict, tried)

    def _judge_crashes(self, verdict, tried):
        twice = next((each for each in tried.bad if each.crash.about_to == END), None)
        verdict.say(
            not twice, f"Delivered twice: {told(twice.lost, twice.doubled)}." if twice
            else "Delivered twice, one after the other: nothing is doubled.",
        )
        killed = [each for each in tried.bad if each is not twice]
        moments = f"{tried.crashes - 1} moments"
        if not killed:
            verdict.say(True, f"Killed at each of {moments} and delivered again: nothing is lost or doubled.")
            return
        worst = min(killed, key=lambda each: (not each.lost, len(each.crash.done)))
        verdict.say(
            False, f"Killed at each of {moments} and delivered again, it is wrong in {len(killed)}. Here "
            f"{told(worst.lost, worst.doubled)}:",
        )
        verdict.look = steps(worst.crash)


class Scene:
    """Two photos of one author, with followers who are told of nothing yet; the same again for each run."""

    def __init__(self, stop):
        self._stop = stop
        for model in (Done, Outbox):
            make_table(model)
        people, now = get_user_model().objects.order_by("?"), timezone.now()
        self._author, *self._fans = people[: FOLLOWERS + 1]
        board = Board.objects.create(owner=self._author, title="New", slug="new", created=now)
        Follow.objects.filter(followed=self._author).delete()
        Follow.objects.bulk_create(
            Follow(follower=fan, followed=self._author, created=now) for fan in self._fans
        )
        self._before = Photo.objects.filter(author=self._author).count()
        Photo.objects.bulk_create(
            Photo(pk=key, author=self._author, board=board, caption=f"Photo {random.random()}",
                  image=f"{key}.jpg", width=1200, height=800, created=now)
            for key in KEYS
        )  # fmt: skip
        self.right = Counter((fan.pk, key) for fan in self._fans for key in KEYS)
        self.right[COUNTED] = len(KEYS)

    def begin(self):
        """Nobody has been told, and neither photo is counted."""
        self._stop.check()
        Notification.objects.filter(actor=self._author).delete()
        AuthorCount.objects.update_or_create(author=self._author, defaults={"photos": self._before})
        Done.objects.all().delete()
        Outbox.objects.all().delete()

    def effects(self):
        """All that is there: (recipient, photo) of each notification, and how often was counted."""
        notices = Notification.objects.filter(actor=self._author)
        found = Counter(notices.values_list("recipient", "photo"))
        found[COUNTED] = AuthorCount.objects.get(author=self._author).photos - self._before
        return found

    def once(self, task):
        """(missing, too much) when each photo has been delivered once; what the task raises is raised."""
        with probe.unrecorded():
            empty()
            self.begin()
        process = Process()
        process.run(lambda: [task(key) for key in KEYS])
        if process.error is not None:
            raise process.error
        with probe.unrecorded():
            there = self.effects()
        return self.right - there, there - self.right


def deliver(task, *keys):
    """The queue delivers these; where a task raises it has failed, and the next one comes."""
    for key in keys:
        with suppress(Exception):  # what it has left is looked at
            task(key)


def told(missing, much):
    """What is missing and what is too much, in words."""
    notices = f"{FOLLOWERS * len(KEYS)} notifications"
    said = []
    for counts, many, number in ((missing, "missing", "low"), (much, "too many", "high")):
        if people := sum(each for what, each in counts.items() if what != COUNTED):
            said.append(f"{people} of {notices} {'is' if people == 1 else 'are'} {many}")
        if counts[COUNTED]:
            said.append(f"the author's number is {counts[COUNTED]} too {number}")
    return ", and ".join(said)


def steps(crash):
    """The last steps before a crash, and the one that was not made."""
    last = [f"  {short(each)}"[:100] for each in crash.done[-SHOWN:]]
    return ["Its last steps:", *last, f"  killed before {short(crash.about_to)}"[:100]] if last else []
