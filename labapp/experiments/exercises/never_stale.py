"""A cache that is never stale: a read() and a save() of the reader's, tried in every order of their steps."""

import os
import random
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from django.core.cache import caches

from labapp import databases, probe
from labapp.experiments.caching.invalidation_orders import every_order
from labapp.experiments.caching.invalidation_photos import Caption
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.exercises.clock import moved
from labapp.experiments.faults import sentence
from labapp.experiments.interleaving import Stuck, TooManyOrders
from labapp.experiments.optimization.story import make_table
from labapp.experiments.unseen import unseen
from labapp.experiments.variant import Variant
from labapp.measure.stop import Stopped
from labapp.pinsta import seeding

PHOTOS = 4
CHEAP = 3  # hundreds of SQLite's steps that a read of something kept may take
MEETINGS = (1, 1, None), (1, 2, 2), (2, 1, 1)  # readers, writers, how often one that could go on is left
PATIENCE = 1.5  # seconds after which no further orders of three are begun


@dataclass
class Tried:
    """``wrong``: what was not right without anybody else; ``again``: (statements, steps) of a read of what is
    kept; ``orders``: how many were run, all of them where ``complete``; ``stale``: StaleOrders; ``fault``:
    what was raised or did not end."""

    wrong: list = field(default_factory=list)
    again: tuple = (0, 0)
    orders: int = 0
    complete: bool = True
    stale: list = field(default_factory=list)
    fault: str | None = None


class NeverStale(Checked):
    """``read(photo_id)`` gives ``page(caption)`` of that Caption, ``save(photo_id, caption)`` changes it."""

    def __init__(self, name, page, hints=()):
        self._page = page
        super().__init__(name, hints)

    def _refusal(self, read=None, save=None, *_):
        return not_a_function(read, ("photo_id",)) or not_a_function(save, ("photo_id", "caption"))

    def _measure(self, stop, read, save):
        tried, pieces = Tried(), {}
        for each in (read, save):
            pieces[each] = Variant(getattr(each, "__name__", "yours"), each, "", "", "")
        with moved(read, save) as clock:
            clock.passes = False  # who waits for another does so for no time at all
            try:
                self._alone(stop, read, save, tried)
                if not tried.wrong:
                    self._together(stop, read, save, tried)
            except (Stopped, KeyboardInterrupt):
                raise
            except (Stuck, TooManyOrders) as error:
                tried.fault = f"Together they do not end: {error}"
            except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                tried.fault = f"It raises {sentence(error, pieces[read])}"
        return tried

    def _alone(self, stop, read, save, tried):
        """One after the other, on data that nobody has seen, counted by the database itself."""
        with unseen(SEEDS[0], writes=True) as witness, guarded(stop):
            with probe.unrecorded():
                keys = rows()
            empty()
            first, second = random.sample(keys, 2)
            for when, work in (
                ("At first", lambda: [read(first), read(second)]),
                ("After a change of it", lambda: save(first, f"Changed {secrets.token_hex(3)}")),
                ("After a change of another", lambda: save(second, f"Changed {secrets.token_hex(3)}")),
            ):
                before = texts()
                work()
                for key in (first, second):
                    self._compare(read(key), key, when, tried)
                if "change" in when and sum(before[key] != text for key, text in texts().items()) != 1:
                    tried.wrong.append("save() must change the text of that caption, and of no other.")
            read(first)
            with witness.watching():
                steps = witness.steps
                read(first)
                tried.again = witness.count, witness.steps - steps

    def _compare(self, shown, key, when, tried):
        with probe.unrecorded():
            right = self._page(Caption.objects.get(pk=key))
        if shown != right:
            tried.wrong.append(f"{when}, read({key}) gives {shown!r}, and it is {right!r}.")

    def _together(self, stop, read, save, tried):
        """Readers and writers of one photo, in every order."""
        with private(), guarded(stop):
            with probe.unrecorded():
                key = rows()[0]
            kept = Caption.objects.filter(pk=key)
            new = {}

            def begin():
                stop.check()
                new["token"] = secrets.token_hex(3)
                row = kept.get()
                kept.update(text=f"Old {new['token']}", version=row.version + 1)

            def truth():
                return self._page(kept.get())

            began = perf_counter()
            for readers, writers, switches in MEETINGS:
                three = readers + writers > 2
                saves = [
                    lambda number=number: save(key, f"New {number} {new['token']}")
                    for number in range(1, writers + 1)
                ]
                orders = every_order(
                    lambda: read(key), saves, truth, begin, readers=readers, switches=switches,
                    enough=lambda three=three: three and perf_counter() - began > PATIENCE,
                )
                tried.orders += orders.count
                tried.complete &= orders.complete
                tried.stale += orders.stale
                if orders.failed:
                    raise next(iter(orders.failed[0].errors.values()))
                if orders.stale:
                    break

    def _judge(self, verdict, tried):
        if tried.fault:
            verdict.say(False, f"{tried.fault.rstrip('.')}.")
            return
        if tried.wrong:
            verdict.say(False, tried.wrong[0])
            return
        verdict.say(True, "The right page, before and after each change, when nobody else is there.")
        queries, steps = tried.again
        cheap = queries <= 1 and steps <= CHEAP
        counted = "1 query" if queries == 1 else f"{queries} queries"
        verdict.say(
            cheap, f"A page that is kept takes {counted} to read." if cheap
            else f"A page that was read before takes {counted} and {steps * 100:,} of SQLite's steps to read "
            "again: it is made anew.",
        )
        if not tried.stale:
            orders = f"all {tried.orders:,} orders" if tried.complete else f"{tried.orders:,} orders"
            verdict.say(True, f"Never stale, in {orders} in which two and three of them can meet.")
            return
        verdict.say(
            False, f"Stale in {len(tried.stale):,} of {tried.orders:,} orders: whoever asks after the save "
            "is shown what was before.",
        )
        shortest = min(tried.stale, key=lambda each: len(each.run.steps))
        verdict.look = ["One such order:", *map(short, str(shortest).splitlines())]


def short(step):
    """The line of a step with the columns of a statement left out."""
    step = re.sub(r'SELECT .*? FROM "(\w+)".*', r"SELECT … FROM \1", step)
    step = re.sub(r'INSERT INTO "(\w+)" .*', r"INSERT INTO \1", step)
    return re.sub(r'UPDATE "(\w+)" SET .*', r"UPDATE \1", step)


def rows():
    """The table of captions with some rows; their keys."""
    make_table(Caption)
    Caption.objects.all().delete()
    keys = range(1, PHOTOS + 1)
    Caption.objects.bulk_create(
        Caption(key, f"A caption {secrets.token_hex(3)}", random.randint(1, 9)) for key in keys
    )
    return keys


def texts():
    """{key: text} as the database has them."""
    with probe.unrecorded():
        return dict(Caption.objects.values_list("pk", "text"))


def empty():
    """Nothing is kept."""
    for alias in caches:
        caches[alias].clear()


@contextmanager
def private():
    """The alias "default" leads to a file of SQLite, which several threads can open; gone at the end."""
    with TemporaryDirectory(prefix="labapp-orders-") as folder:
        path = shutil.copy(seeding.ensure("small", SEEDS[0]), Path(folder) / "captions.sqlite3")
        os.chmod(path, 0o600)
        entry = {
            "ENGINE": "django.db.backends.sqlite3", "NAME": str(path),
            "OPTIONS": {"init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF"},
        }
        with databases.database(entry):
            yield
