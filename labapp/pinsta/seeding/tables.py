"""Every seeded table with its columns and rows, in an order in which no row points to a later one."""

from .dice import Dice
from .people import People
from .pictures import Pictures
from .reactions import Reactions
from .words import Language

COLUMNS = {
    "auth_user": "id password last_login is_superuser username first_name last_name email is_staff is_active "
    "date_joined",
    "pinsta_profile": "id user_id bio location avatar",
    "pinsta_board": "id owner_id title slug created",
    "pinsta_tag": "id name slug",
    "pinsta_photo": "id author_id board_id caption image width height created",
    "pinsta_phototag": "id photo_id tag_id position",
    "pinsta_follow": "id follower_id followed_id created",
    "pinsta_like": "id user_id photo_id created",
    "pinsta_comment": "id photo_id author_id parent_id text created",
    "pinsta_notification": "id recipient_id actor_id verb photo_id created read",
}


def tables(scale, seed):
    """Yield (table, columns, rows) for the whole data set; the rows are tuples, made as they are read."""
    language = Language(Dice(seed, "language"), size=4_000 + scale.total // 12)
    people = People(scale, seed, language)
    pictures = Pictures(scale, seed, people)
    people.meet(pictures.photos_of)
    makers = {
        "auth_user": people.users,
        "pinsta_profile": people.profiles,
        "pinsta_board": people.boards,
        "pinsta_tag": pictures.tags,
        "pinsta_photo": pictures.photos,
        "pinsta_phototag": pictures.photo_tags,
        "pinsta_follow": people.follows,
    }
    for table, maker in makers.items():
        yield table, tuple(COLUMNS[table].split()), maker()
    reactions = Reactions(scale, seed, people, pictures)
    for table in ("pinsta_like", "pinsta_comment", "pinsta_notification"):
        maker = getattr(reactions, table.removeprefix("pinsta_") + "s")
        yield table, tuple(COLUMNS[table].split()), maker()
