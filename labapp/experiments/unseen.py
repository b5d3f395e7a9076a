"""Data that nobody has seen: Pinsta, small, of another seed, and every word of it new at each check."""

import secrets
import sqlite3
from contextlib import closing, contextmanager

from django.db import connections

from labapp import databases, probe
from labapp.experiments.witness import Witness
from labapp.pinsta import seeding

# Other names, captions and texts, and fewer likes. "ana" keeps her name, as pages are asked for as her.
NEW_WORDS = """
    UPDATE auth_user SET username = username || '-{word}' WHERE username <> 'ana';
    UPDATE pinsta_profile SET location = location || ' {word}', avatar = '{word}' || id;
    UPDATE pinsta_board SET title = '{word} ' || title;
    UPDATE pinsta_tag SET name = '{word} ' || name;
    UPDATE pinsta_photo SET caption = '{word} ' || caption, image = '{word}' || image;
    UPDATE pinsta_comment SET text = text || ' {word}';
    UPDATE pinsta_notification SET read = abs(random()) % 2;
    DELETE FROM pinsta_like WHERE abs(random()) % 5 = 0;
"""

# Every photo has at least 8 comments, 2 tags and 1 like, so that laws come out whole.
FULL = """
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 7)
    INSERT INTO pinsta_comment (photo_id, author_id, parent_id, text, created)
    SELECT p.id, (SELECT u.id FROM auth_user u WHERE u.id > (p.id * 7 + n * 13) % 50 LIMIT 1), NULL,
           '{word} says ' || n, p.created
    FROM pinsta_photo p, numbers;
    INSERT OR IGNORE INTO pinsta_phototag (photo_id, tag_id, position)
    SELECT p.id, t.id, 8 FROM pinsta_photo p JOIN pinsta_tag t ON t.id % 20 = p.id % 20;
    INSERT OR IGNORE INTO pinsta_like (user_id, photo_id, created)
    SELECT (SELECT u.id FROM auth_user u WHERE u.id > p.id % 50 LIMIT 1), p.id, p.created FROM pinsta_photo p;
"""


@contextmanager
def unseen(seed, full=True, writes=False):
    """The alias "default" leads to new data inside the block, for reading; yields its Witness.

    ``full`` data has something of everything for each photo; without, some photos have nothing at all.
    With ``writes`` it may be written to.
    """
    with closing(_data(seed, full)) as source:
        witness = Witness(source, writes)
        with untouched(witness):
            yield witness


@contextmanager
def untouched(witness):
    """The alias "default" leads to the witness's data inside the block, as it was made."""
    with databases.database(witness.settings), probe.unrecorded():
        connections["default"].ensure_connection()
        yield


def _data(seed, full):
    """A connection to the data, in memory."""
    target = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(f"{seeding.ensure('small', seed).as_uri()}?mode=ro", uri=True)) as file:
        file.backup(target)
    script = NEW_WORDS + FULL if full else NEW_WORDS
    target.executescript(f"BEGIN; {script.format(word=secrets.token_hex(3))} COMMIT;")
    return target
