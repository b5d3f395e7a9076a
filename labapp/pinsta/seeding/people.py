"""Users, profiles, boards, and who follows whom."""

from .dates import JOINING, PHOTOGRAPHING, moments, written
from .dice import Dice, lots
from .words import words

ANA = 1
# What Django's own hasher makes of the password "pinsta": made once, because making it takes a second.
ANAS_PASSWORD = "pbkdf2_sha256$1000000$everybodyknowsthis$gi+9ULJQSqdZ15h2ysCAdC0DSZqnKFUirgJcPeYEvgc="


class People:
    """
    Everybody, by id; Ana is the first. `famous` has the same people, most prolific first.

    `fame` and `activity` are lots: who is followed and posts, and who follows, likes and comments.
    """

    def __init__(self, scale, seed, language):
        self.scale, self.seed, self.language = scale, seed, language
        dice = Dice(seed, "people")
        self.everybody = range(1, scale.users + 1)
        self.famous = dice.shuffled(person for person in self.everybody if person != ANA)
        self.famous.insert(2, ANA)
        self.fame = lots(self.famous, offset=min(10, scale.users // 50))
        self.activity = lots(dice.shuffled(self.everybody), offset=scale.users // 7)
        self.joined = moments(dice, scale.users, JOINING)

    def users(self):
        """Rows of auth_user. Nobody but Ana has a password."""
        dice, first, family = Dice(self.seed, "users"), words("names"), words("families")
        for person in self.everybody:
            surname = dice.of(family)
            number = person - 1
            given = first[number % len(first)]
            username = given if number < len(first) else f"{given}.{surname}{number}"
            password = ANAS_PASSWORD if person == ANA else "!" + dice.hex(40)
            yield (
                person, password, None, 0, username, given.capitalize(), surname.capitalize(),
                f"{username}@example.org", 0, 1, written(self.joined[number]),
            )  # fmt: skip

    def profiles(self):
        """Rows of pinsta_profile, one for each user."""
        dice, language = Dice(self.seed, "profiles"), self.language
        for person in self.everybody:
            bio = language.sentence(4 + dice.below(9))
            yield person, person, bio, dice.of(language.names), f"faces/{dice.hex(12)}.jpg"

    def boards(self):
        """Rows of pinsta_board: everybody has one, the prolific have more."""
        dice, language = Dice(self.seed, "boards"), self.language
        for board, owner in enumerate(self.owners(), 1):
            title = language.title()
            slug = f"{title.split(',')[0].lower().replace(' ', '-')}-{board}"
            yield board, owner, title, slug, written(self.joined[owner - 1] + dice.below(40 * 86_400))

    def owners(self):
        """Who owns board 1, 2, …"""
        dice = Dice(self.seed, "owners")
        more = self.scale.boards - self.scale.users
        return [*self.everybody, *(dice.of(self.fame) for _ in range(more))]

    def meet(self, photos_of):
        """Draw who follows whom, and when. Ana follows enough people to have a feed worth scrolling."""
        dice, pairs = Dice(self.seed, "follows"), {}
        wanted, offered = max(240, self.scale.photos // 5), 0
        for person in self.famous:
            if person != ANA and offered < wanted:
                pairs[ANA, person] = None
                offered += photos_of[person]
        while len(pairs) < self.scale.follows:
            follower, followed = dice.of(self.activity), dice.of(self.fame)
            if follower != followed and follower != ANA:
                pairs[follower, followed] = None
        self.followed = list(zip(moments(dice, len(pairs), PHOTOGRAPHING), pairs, strict=True))

    def follows(self):
        """Rows of pinsta_follow."""
        for follow, (moment, (follower, followed)) in enumerate(self.followed, 1):
            yield follow, follower, followed, written(moment)
