"""What is in the seeded data."""

import hashlib
import sqlite3
import zlib
from collections import Counter
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command

from labapp.pinsta import seeding
from labapp.pinsta.seeding.tables import COLUMNS, tables

# Of every value of every row. When the rows are meant to change, this changes with them.
SMALL_1 = "afb36786a6f6a00a"


def digest(database):
    """One number for every value in the seeded tables."""
    content = hashlib.sha256()
    for table, columns in COLUMNS.items():
        names = ", ".join(f'"{name}"' for name in columns.split())
        for row in database.execute(f"SELECT {names} FROM {table} ORDER BY id"):
            content.update(repr(row).encode())
    return content.hexdigest()[:16]


@pytest.fixture
def database(pinsta_db):
    with closing(sqlite3.connect(pinsta_db)) as database:
        yield database


def ask(database, sql):
    return database.execute(sql).fetchall()


def test_the_same_rows_on_every_python_and_django(database):
    assert digest(database) == SMALL_1


def test_another_seed_has_other_rows_of_the_same_number():
    def rows(seed):
        return {table: list(rows) for table, _, rows in tables(seeding.SCALES["small"], seed)}

    one, again, two = rows(1), rows(1), rows(2)
    assert one == again
    for table in one:
        assert len(one[table]) == len(two[table])
        assert one[table] != two[table]


@pytest.mark.parametrize("scale", ["small", "workshop"])
def test_every_table_has_the_rows_that_its_scale_names(scale):
    size = seeding.SCALES[scale]
    made = {table: sum(1 for _ in rows) for table, _, rows in tables(size, 3)}
    assert made["pinsta_profile"] == made["auth_user"] == size.users
    assert made["pinsta_phototag"] == size.photo_tags
    assert sum(made.values()) == size.total


def test_the_scales_are_of_the_sizes_we_speak_of():
    totals = [seeding.SCALES[name].total for name in ("small", "workshop", "large")]
    assert totals == [pytest.approx(about, rel=0.05) for about in (3_000, 50_000, 1_000_000)]


def test_it_is_a_sound_database(database, pinsta_db):
    assert ask(database, "PRAGMA foreign_key_check") == []
    assert ask(database, "PRAGMA integrity_check") == [("ok",)]
    assert ask(database, "SELECT count(*) FROM sqlite_stat1")[0][0] > 10
    counts = {table: ask(database, f"SELECT count(*), max(id) FROM {table}")[0] for table in COLUMNS}
    assert seeding.rows(pinsta_db) == sum(number for number, _ in counts.values()) == 3_000
    following = dict(ask(database, "SELECT name, seq FROM sqlite_sequence"))
    assert {table: following[table] for table in COLUMNS} == {
        table: highest for table, (_, highest) in counts.items()
    }


def test_migrate_has_nothing_to_do_and_the_schema_is_the_one_it_makes(database, tmp_path):
    from labapp import databases

    out = StringIO()
    call_command("migrate", "--check", stdout=out)  # exits with 1 when there is something to do
    schema = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    )
    with databases.database(tmp_path / "migrated.sqlite3"):
        call_command("migrate", verbosity=0)
    with closing(sqlite3.connect(tmp_path / "migrated.sqlite3")) as migrated:
        assert ask(database, schema) == ask(migrated, schema)


def test_a_few_photos_get_much_and_many_get_nothing(database):
    likes, comments = (
        Counter(photo for (photo,) in ask(database, f"SELECT photo_id FROM {table}"))
        for table in ("pinsta_like", "pinsta_comment")
    )
    for reactions in (likes, comments):
        most, average = reactions.most_common(1)[0][1], sum(reactions.values()) / 320
        assert most > 8 * average
        assert len(reactions) < 0.85 * 320
    follows = Counter(person for (person,) in ask(database, "SELECT followed_id FROM pinsta_follow"))
    assert follows.most_common(1)[0][1] > 2 * 300 / 60


def test_ana_has_a_feed_photos_and_news(database):
    ((feed,),) = ask(
        database,
        "SELECT count(*) FROM pinsta_photo JOIN pinsta_follow ON followed_id = author_id"
        " WHERE follower_id = 1",
    )
    assert feed > 200
    assert ask(database, "SELECT count(*) > 10 FROM pinsta_photo WHERE author_id = 1") == [(1,)]
    assert ask(database, "SELECT count(*) > 50 FROM pinsta_notification WHERE recipient_id = 1") == [(1,)]


def test_only_ana_can_log_in(database):
    assert ask(database, "SELECT username FROM auth_user WHERE password NOT LIKE '!%'") == [("ana",)]


def test_nothing_happens_before_it_can(database):
    """Photos come after author and board, reactions after the photo, answers after what they answer."""
    for too_early in (
        "pinsta_photo p JOIN auth_user u ON u.id = p.author_id WHERE p.created <= u.date_joined",
        "pinsta_photo p JOIN pinsta_board b ON b.id = p.board_id WHERE p.created <= b.created",
        "pinsta_photo p JOIN pinsta_board b ON b.id = p.board_id WHERE p.author_id <> b.owner_id",
        "pinsta_like l JOIN pinsta_photo p ON p.id = l.photo_id WHERE l.created <= p.created",
        "pinsta_comment c JOIN pinsta_comment a ON a.id = c.parent_id "
        "WHERE c.created < a.created OR c.id <= a.id OR c.photo_id <> a.photo_id",
        "pinsta_follow WHERE follower_id = followed_id",
        "pinsta_notification n JOIN pinsta_photo p ON p.id = n.photo_id WHERE p.author_id <> n.recipient_id",
        "pinsta_photo WHERE created >= '2024-01-01'",
    ):
        assert ask(database, f"SELECT count(*) FROM {too_early}") == [(0,)], too_early
    assert ask(database, "SELECT count(*) > 50 FROM pinsta_comment WHERE parent_id IS NOT NULL") == [(1,)]


def test_the_text_does_not_compress_away(database):
    text = "\n".join(text for (text,) in ask(database, "SELECT text FROM pinsta_comment")).encode()
    assert len(zlib.compress(text, 9)) > 0.45 * len(text)


@pytest.mark.parametrize("scale", ["tiny", "Small", "", None, 3])
def test_an_unknown_scale_is_refused_in_a_sentence(scale):
    with pytest.raises(ValueError, match=r"^scale is .*; it can be 'small', 'workshop', 'large'\.$"):
        seeding.ensure(scale, 1)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True, 10**9])
def test_an_impossible_seed_is_refused_in_a_sentence(seed):
    with pytest.raises(ValueError, match=r"^seed is .*; it can be a whole number from 0 to 999,999,999\.$"):
        seeding.ensure("small", seed)
