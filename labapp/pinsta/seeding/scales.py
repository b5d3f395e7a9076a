"""How much data there is: three sizes, each with the number of rows of every table."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Scale:
    """Rows by kind. There is a profile for every user, so `users` counts twice in `total`."""

    users: int
    boards: int
    tags: int
    photos: int
    photo_tags: int
    follows: int
    likes: int
    comments: int
    notifications: int

    @property
    def total(self):
        return sum(asdict(self).values()) + self.users

    @property
    def bytes(self):
        """About how large the finished file is, rounded up."""
        return 400_000 + 100 * self.total


SCALES = {
    "small": Scale(60, 80, 40, 320, 600, 300, 890, 400, 250),
    "workshop": Scale(500, 900, 200, 4_500, 9_000, 5_400, 18_000, 7_500, 3_500),
    "large": Scale(8_000, 14_000, 1_000, 80_000, 170_000, 119_000, 400_000, 140_000, 60_000),
}
HIGHEST_SEED = 999_999_999


def check(scale, seed):
    """The Scale of this name. Raises ValueError for an unknown name or an impossible seed."""
    if not isinstance(scale, str) or scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; it can be {', '.join(map(repr, SCALES))}.")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= HIGHEST_SEED:
        raise ValueError(f"seed is {seed!r}; it can be a whole number from 0 to {HIGHEST_SEED:,}.")
    return SCALES[scale]
