"""Text that reads like captions and comments and does not compress away."""

from functools import cache
from pathlib import Path

from django.conf import settings


def folder():
    """Where the word lists are."""
    return Path(settings.DATA_DIR) / "words"


ENDINGS = (".", "…", "?", " :)")


@cache
def words(name):
    """The word list of this name."""
    return (folder() / f"{name}.txt").read_text("ascii").split()


class Language:
    """A vocabulary of real words, made-up words and figures, drawn for one data set."""

    def __init__(self, dice, size):
        self.dice = dice
        self.starts, self.middles, self.ends = words("starts"), words("middles"), words("ends")
        known = words("things") + words("qualities") + words("remarks")
        makers = [lambda: dice.of(known)] * 6 + [self.invented] * 10 + [self.figure] * 4
        self.vocabulary = [dice.of(makers)() for _ in range(size)]
        self.names = [self.invented().capitalize() for _ in range(max(40, size // 40))]

    def invented(self):
        """A word that no language has."""
        of = self.dice.of
        return of(self.starts) + of(self.middles) + of(self.ends) + of(self.middles) + of(self.starts)

    def figure(self):
        """What photographers put in captions: exposure, aperture, frame number, coordinates."""
        below = self.dice.below
        kind = below(4)
        if kind == 0:
            return f"1/{8 + below(3900)}"
        if kind == 1:
            return f"f{1 + below(21)}.{below(10)}"
        if kind == 2:
            return f"#{self.dice.hex(5)}"
        return f"{below(90)}.{below(10**5):05}"

    def sentence(self, length):
        """That many words, capitalised, with something at the end."""
        random, vocabulary = self.dice.random, self.vocabulary
        size = len(vocabulary)
        text = " ".join([vocabulary[int(random() * size)] for _ in range(length)])
        return text[:1].upper() + text[1:] + ENDINGS[int(random() * 4)]

    def title(self):
        """A few words for a board or a photo: `Amber harbour, Velmosk 1/250`."""
        of = self.dice.of
        scene = f"{of(words('qualities'))} {of(words('things'))}"
        return f"{scene.capitalize()}, {of(self.names)} {of(self.vocabulary)}"
