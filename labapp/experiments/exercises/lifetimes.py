"""Lifetimes to be chosen: ten minutes of a page are replayed; counted are its makes, and how old it gets."""

import random
import secrets
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from django.core.cache.backends.locmem import LocMemCache

from labapp.experiments.exercises.checked import Checked
from labapp.experiments.exercises.clock import moved

PAGE = "page"
MINUTES = 10
LONGEST = 3600.0  # seconds: no lifetime is longer


@dataclass(frozen=True)
class Piece:
    """A part of the page: ``cost`` ms to make it; it changes about every ``changes`` s and may be ``old`` s.

    ``each``: there is one for each photo, and not one for all. The page itself holds the others and has no
    age of its own.
    """

    name: str
    cost: int
    each: bool = True
    changes: float | None = None
    old: float | None = None


@dataclass
class Replay:
    """What came of ten minutes: ``made`` and ``oldest`` by piece (times, and seconds); ``answers`` in all."""

    made: Counter
    oldest: dict
    answers: int = 0


class Lifetimes(Checked):
    """A lifetime in seconds for each of ``pieces``, the first of which is the page that holds the others.

    ``asked`` requests a second for one of ``photos`` pages; ``budget``: ms of work that the origin may spend
    on them in a minute.
    """

    def __init__(self, name, pieces, *, photos, asked, budget, hints=()):
        self.pieces = {each.name: each for each in pieces}
        self.photos, self.asked, self.budget = photos, asked, budget
        super().__init__(name, hints)

    def __str__(self):
        rows = [" · ".join(row) for row in self._rows()]
        return "\n".join([self._sentence(), *rows])

    __repr__ = __str__

    def _repr_html_(self):
        head, *rows = self._rows()
        cells = "".join(f"<th style='text-align:left'>{escape(each)}</th>" for each in head)
        body = "".join(
            f"<tr>{''.join(f'<td style=text-align:left>{escape(each)}</td>' for each in row)}</tr>"
            for row in rows
        )
        return f"<p>{escape(self._sentence())}</p><table><tr>{cells}</tr>{body}</table>"

    def _sentence(self):
        return (
            f"{self.photos} photos have a page each, asked for {self.asked * 60:,} times a minute in all. "
            f"The origin may spend {self.budget:,} ms of work on them in a minute."
        )

    def _rows(self):
        yield "piece", "one for", "work to make it", "changes about every", "may be old"
        for each in self.pieces.values():
            yield (
                each.name, "each photo" if each.each else "the whole site", f"{each.cost} ms",
                f"{each.changes:g} s" if each.changes else "never by itself",
                f"{each.old:g} s" if each.old else "as old as the pieces in it",
            )

    def _refusal(self, answer=None, *_):
        names = ", ".join(map(repr, self.pieces))
        if not isinstance(answer, dict):
            return f"Write a dictionary with a lifetime in seconds for each of {names}."
        if unknown := [each for each in answer if each not in self.pieces]:
            return f"There is no piece {unknown[0]!r}; there are {names}."
        if missing := [each for each in self.pieces if each not in answer]:
            return f"There is no lifetime for {missing[0]!r} yet; 0 would mean that it is not kept."
        for name, each in answer.items():
            if isinstance(each, bool) or not isinstance(each, int | float) or not 0 <= each <= LONGEST:
                return f"The lifetime of {name!r} is {each!r}; it is a number of seconds, 0 to {LONGEST:g}."
        return None

    def _measure(self, stop, answer):
        return self.replay(dict(answer), stop.check)

    def replay(self, lifetimes, check=lambda: None):
        """Ten minutes of requests and changes, drawn anew, on Django's local-memory cache. A Replay."""
        site = Site(self.pieces, lifetimes, self._changes())
        weights = list(accumulate(1 / rank for rank in range(1, self.photos + 1)))
        with moved() as clock:
            for _ in range(MINUTES * 60 * self.asked):
                check()
                gap = random.expovariate(self.asked)
                clock.forward(gap)
                site.now += gap
                site.ask(bisect_right(weights, random.random() * weights[-1]))
        return site.replay

    def _changes(self):
        """{piece: {key: the seconds at which it changes}}."""
        changes = {}
        for piece in list(self.pieces.values())[1:]:
            keys = [f"{piece.name}:{photo}" for photo in range(self.photos)]
            changes[piece.name] = {
                key: _moments(piece.changes) for key in (keys if piece.each else [f"{piece.name}:all"])
            }
        return changes

    def _judge(self, verdict, replay):
        said = f"Replayed: {MINUTES} minutes, {replay.answers:,} answers."
        for name, oldest in replay.oldest.items():
            allowed = self.pieces[name].old
            verdict.say(
                oldest <= allowed, f"The oldest {name} shown: {oldest:.1f} s, and {allowed:g} s are allowed."
            )
        work = {name: replay.made[name] * piece.cost / MINUTES for name, piece in self.pieces.items()}
        total = sum(work.values())
        fits = total <= self.budget
        verdict.say(
            fits, f"Work: {total:,.0f} ms a minute, of {self.budget:,} ms. {said}" if fits
            else f"Work: {total:,.0f} ms a minute, and {self.budget:,} ms are allowed. {said}",
        )
        if not verdict.passed:
            verdict.look = ["Made a minute, and the work of it:", *(
                f"{replay.made[name] / MINUTES:,.1f} × {name}, {work[name]:,.0f} ms" for name in work
            )]


class Site:
    """The page with its pieces, kept as ``lifetimes`` say; ``now`` in seconds since the beginning.

    A piece is the number of changes that it shows; ``changed`` has the seconds of all of them.
    """

    def __init__(self, pieces, lifetimes, changed):
        self.now = 0.0
        self.replay = Replay(Counter(), dict.fromkeys(changed, 0.0))
        self._pieces, self._lifetimes, self._changed = pieces, lifetimes, changed
        self._cache = LocMemCache(secrets.token_hex(8), {"OPTIONS": {"MAX_ENTRIES": 10_000}})

    def ask(self, photo):
        """Answer one request, and look how old it is."""
        page = self._get(PAGE, photo, lambda: {name: self._piece(name, photo) for name in self._changed})
        self.replay.answers += 1
        oldest = self.replay.oldest
        for name, (key, shown) in page.items():
            if shown < self._version(name, key):
                oldest[name] = max(oldest[name], self.now - self._changed[name][key][shown])

    def _piece(self, name, photo):
        key = self._key(name, photo)
        return self._get(name, photo, lambda: (key, self._version(name, key)))

    def _get(self, name, photo, make):
        key = self._key(name, photo)
        value = self._cache.get(key)
        if value is None:
            value = make()
            self.replay.made[name] += 1
            self._cache.set(key, value, self._lifetimes[name])
        return value

    def _version(self, name, key):
        return bisect_right(self._changed[name][key], self.now)

    def _key(self, name, photo):
        return f"{name}:{photo if self._pieces[name].each else 'all'}"


def _moments(every):
    """Seconds at which something happens, ``every`` so many on average."""
    moments, now = [], 0.0
    while now < MINUTES * 60:
        now += random.expovariate(1 / every)
        moments.append(now)
    return moments
