"""Likes, comments and notifications: much for a few photos, nothing for many."""

from collections import defaultdict
from itertools import chain, islice

from .dates import DAY, written
from .dice import Dice
from .people import ANA

# Moment, photo and person packed into one whole number: half a million of them sort quickly and stay small.
PHOTO, MOMENT = 20, 44
PERSON_MASK, PHOTO_MASK = (1 << PHOTO) - 1, (1 << MOMENT - PHOTO) - 1


class Reactions:
    """What people make of the pictures."""

    def __init__(self, scale, seed, people, pictures):
        self.scale, self.seed, self.people, self.pictures = scale, seed, people, pictures
        self.liked = self._draw(Dice(seed, "likes"), scale.likes, once=True)
        self.said = self._draw(Dice(seed, "comments"), scale.comments, once=False)

    def _draw(self, dice, number, once):
        """That many (moment, photo, person), packed and in order; `once`: no person twice for a photo."""
        random, rank = dice.random, dice.rank
        loved, love, taken = self.pictures.loved, self.pictures.love, self.pictures.taken
        active, activity = self.people.active, self.people.activity
        drawn, seen = [], set()
        while len(drawn) < number:
            photo, person = loved[rank(love)], active[rank(activity)]
            pair = photo << PHOTO | person
            if once and pair in seen:
                continue
            seen.add(pair)
            later = int(random() * random() * 60 * DAY) + 60
            drawn.append(taken[photo - 1] + later << MOMENT | pair)
        return sorted(drawn)

    def likes(self):
        """Rows of pinsta_like."""
        for like, packed in enumerate(self.liked, 1):
            yield like, packed & PERSON_MASK, packed >> PHOTO & PHOTO_MASK, written(packed >> MOMENT)

    def comments(self):
        """Rows of pinsta_comment; two of five answer an earlier comment on the same photo."""
        dice, sentence, threads = Dice(self.seed, "talk"), self.people.language.sentence, defaultdict(list)
        random = dice.random
        for comment, packed in enumerate(self.said, 1):
            photo = packed >> PHOTO & PHOTO_MASK
            earlier = threads[photo]
            parent = dice.of(earlier) if earlier and random() < 0.4 else None
            earlier.append(comment)
            text = sentence(3 + int(random() * random() * 24))
            yield comment, photo, packed & PERSON_MASK, parent, text, written(packed >> MOMENT)

    def _events(self, verb, drawn):
        """(moment, recipient, actor, verb, photo) of reactions to somebody else's photo."""
        authors = self.pictures.authors
        for packed in drawn:
            photo, actor = packed >> PHOTO & PHOTO_MASK, packed & PERSON_MASK
            if authors[photo - 1] != actor:
                yield packed >> MOMENT, authors[photo - 1], actor, verb, photo

    def notifications(self):
        """Rows of pinsta_notification: some for Ana, a sample for others; the newest are unread."""
        dice, wanted = Dice(self.seed, "notifications"), self.scale.notifications
        follows = ((moment, *reversed(pair), "followed", None) for moment, pair in self.people.followed)
        events = [*self._events("liked", self.liked), *self._events("commented", self.said), *follows]
        anas = [event for event in events if event[1] == ANA][-(wanted // 3) :]
        others = [event for event in events if event[1] != ANA]
        step = max(1, len(others) // (wanted - len(anas)))
        chosen = sorted(chain(anas, islice(others, 0, step * (wanted - len(anas)), step)))
        for number, (moment, recipient, actor, verb, photo) in enumerate(chosen, 1):
            read = number < len(chosen) * 0.8 or dice.below(2)
            yield number, recipient, actor, verb, photo, written(moment), int(read)
