"""Tags, photos, and which photo carries which tag."""

from collections import Counter, defaultdict

from .dates import PHOTOGRAPHING, moments, written
from .dice import Dice, lots
from .words import words

SHAPES = [(4, 3), (3, 4), (1, 1), (3, 2), (2, 3), (4, 5), (16, 10)]


class Pictures:
    """The photos in the order of their ids, which is that of their dates; `loved` are lots to be liked."""

    def __init__(self, scale, seed, people):
        self.scale, self.seed, self.people = scale, seed, people
        self.language = people.language
        dice = Dice(seed, "pictures")
        self.taken = moments(dice, scale.photos, PHOTOGRAPHING)
        self.authors = [dice.of(people.fame) for _ in range(scale.photos)]
        self.photos_of = Counter(self.authors)
        photos = dice.shuffled(range(1, scale.photos + 1))
        self.loved = lots(photos, offset=min(20, scale.photos // 150))

    def tags(self):
        """Rows of pinsta_tag; the first ones are used most."""
        dice, names = Dice(self.seed, "tags"), {}
        known = words("things") + words("qualities")
        while len(names) < self.scale.tags:
            names[dice.of(known) if dice.below(3) else self.language.invented()] = None
        return ((tag, name, name) for tag, name in enumerate(names, 1))

    def photos(self):
        """Rows of pinsta_photo, each on a board of its author."""
        dice, language = Dice(self.seed, "photos"), self.language
        boards = defaultdict(list)
        for board, owner in enumerate(self.people.owners(), 1):
            boards[owner].append(board)
        for photo, (author, moment) in enumerate(zip(self.authors, self.taken, strict=True), 1):
            caption = f"{language.title()}. {language.sentence(3 + dice.below(10))}"
            broad, high = dice.of(SHAPES)
            size = 60 + dice.below(180)
            when = written(moment)
            image = f"{when[:4]}/{when[5:7]}/{dice.hex(12)}.jpg"
            yield (
                photo,
                author,
                dice.of(boards[author]),
                caption[:250],
                image,
                broad * size,
                high * size,
                when,
            )

    def photo_tags(self):
        """Rows of pinsta_phototag."""
        dice, usage, pairs = (
            Dice(self.seed, "photo_tags"),
            lots(range(1, self.scale.tags + 1), offset=3),
            set(),
        )
        while len(pairs) < self.scale.photo_tags:
            pairs.add((1 + dice.below(self.scale.photos)) << 20 | dice.of(usage))
        before = position = 0
        for number, pair in enumerate(sorted(pairs), 1):
            photo, tag = pair >> 20, pair & 0xFFFFF
            position = position + 1 if photo == before else 0
            before = photo
            yield number, photo, tag, position
