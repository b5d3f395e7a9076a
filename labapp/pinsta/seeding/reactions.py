"""Likes, comments and notifications: much for a few photos, nothing for many."""

from collections import defaultdict

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
        random, taken, month = dice.random, self.pictures.taken, 30 * DAY
        photos, people = self.pictures.loved, self.people.activity
        photo_lots, people_lots = len(photos), len(people)
        drawn, seen = [], set()
        while len(drawn) < number:
            photo = photos[int(random() * photo_lots)]
            pair = photo << PHOTO | people[int(random() * people_lots)]
            if once:
                if pair in seen:
                    continue
                seen.add(pair)
            later = int(random() * random() * month) + 60
            drawn.append(taken[photo - 1] + later << MOMENT | pair)
        drawn.sort()
        return drawn

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

    def notifications(self):
        """Rows of pinsta_notification: some for Ana, a sample for others; the newest are unread."""
        dice, wanted = Dice(self.seed, "notifications"), self.scale.notifications
        anas = list(self._events(1, {ANA}))[-(wanted // 3) :]
        rest = wanted - len(anas)
        reactions = len(self.liked) + len(self.said) + len(self.people.followed)
        others = list(self._events(max(1, reactions // (2 * rest)), {*self.people.everybody} - {ANA}))
        chosen = sorted([*anas, *(others[number * len(others) // rest] for number in range(rest))])
        for number, (moment, recipient, actor, verb, photo) in enumerate(chosen, 1):
            read = number < len(chosen) * 0.8 or dice.below(2)
            yield number, recipient, actor, verb, photo, written(moment), int(read)

    def _events(self, step, recipients):
        """Every `step`th (moment, recipient, actor, verb, photo) that concerns one of these people."""
        authors = self.pictures.authors
        for verb, drawn in (("liked", self.liked), ("commented", self.said)):
            for packed in drawn[::step]:
                photo, actor = packed >> PHOTO & PHOTO_MASK, packed & PERSON_MASK
                recipient = authors[photo - 1]
                if recipient in recipients and recipient != actor:
                    yield packed >> MOMENT, recipient, actor, verb, photo
        for moment, (follower, followed) in self.people.followed[::step]:
            if followed in recipients:
                yield moment, followed, follower, "followed", None
