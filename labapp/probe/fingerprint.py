"""The readable shape of a statement: what stays when its values are taken out.

Two executions of the same loop differ in their values only, whether these are parameters or were written
into the text. `split()` takes the text apart, `fingerprint()` makes the rest short enough for a table.
"""

import re
from functools import lru_cache

_PIECES = re.compile(
    r"""(?P<keep>"(?:[^"]|"")*" | `[^`]*` | %s | %\(\w+\)s | --[^\n]* | /\*.*?\*/)
      | (?P<literal>[eEnNxXbB]?'(?:[^']|'')*'
                  | (?<![\w.$)])-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))""",
    re.VERBOSE | re.DOTALL,
)
_LITERAL_HINT = re.compile(r"['\d]")
_HOLE = re.compile(r"%s|%\(\w+\)s|(?<!\w)\$\d+")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_QUOTED = re.compile(r'"([A-Za-z_][\w$]*)"|`([A-Za-z_][\w$]*)`')
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)")
_TUPLE = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_VALUES = re.compile(rf"\bVALUES\s*{_TUPLE}(?:\s*,\s*{_TUPLE})*", re.IGNORECASE)
_UNNEST = re.compile(rf"\bSELECT \* FROM UNNEST{_TUPLE}(?: AS \w+{_TUPLE})?", re.IGNORECASE)
_WHENS = re.compile(r"(?:\bWHEN (?:(?!\bWHEN\b|\bEND\b|\bELSE\b).)*){2,}", re.IGNORECASE | re.DOTALL)
_INSERT_COLUMNS = re.compile(r"^((?:INSERT|REPLACE)(?: OR \w+)? INTO \S+) \([^()]*\)", re.IGNORECASE)
_CHOICES = re.compile(r"\(\s*(\S+) = \?(?: OR \1 = \?)+\s*\)")
_EXISTS = re.compile(r"^SELECT \? AS a\b")
_TABLES = re.compile(
    r'\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?((?:"[^"]+"|`[^`]+`|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)', re.I
)
_NOT_TABLES = {"select", "set", "unnest", "lateral", "values", "skip", "of", "nothing"}
_LONGEST_COLUMN_LIST = 60


@lru_cache(maxsize=4096)
def split(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with `?` for every value written into it, and those values (as text) in order.

    Placeholders (`%s`, `%(name)s`) are left as they are, so that the two kinds stay in one order.
    """
    if not _LITERAL_HINT.search(sql):
        return sql, ()
    literals = []

    def take(match: re.Match) -> str:
        if match.lastgroup == "keep":
            return match.group()
        literals.append(match.group())
        return "?"

    return _PIECES.sub(take, sql), tuple(literals)


def fingerprint(sql: str) -> str:
    """Return the statement without its values, lists of values and long column lists, to read and to
    group by.

    `SELECT "shop_maker"."id", "shop_maker"."name" … WHERE "shop_maker"."id" = 7` becomes `SELECT … FROM
    shop_maker WHERE id = ?`.
    """
    return _readable(split(sql)[0])


@lru_cache(maxsize=4096)
def tables(sql: str) -> frozenset[str]:
    """Return the names of the tables that the statement reads or writes, without quotes and schema."""
    names = (name.split(".")[-1].strip('"`') for name in _TABLES.findall(split(sql)[0]))
    return frozenset(name for name in names if name.lower() not in _NOT_TABLES)


def main_table(sql: str) -> str:
    """Return the table that the statement is about, the first after FROM, INTO or UPDATE; "" without one."""
    for name in _TABLES.findall(_without_columns(split(sql)[0])):
        name = name.split(".")[-1].strip('"`')
        if name.lower() not in _NOT_TABLES:
            return name
    return ""


@lru_cache(maxsize=4096)
def _readable(skeleton: str) -> str:
    text = _COMMENT.sub(" ", skeleton)
    text = " ".join(_HOLE.sub("?", text).split())
    text = _QUOTED.sub(lambda match: match.group(1) or match.group(2), text)
    text = _UNNEST.sub("VALUES (…)", _VALUES.sub("VALUES (…)", text))
    text = _CHOICES.sub(r"\1 IN (…)", _LIST.sub(_short_list, text))
    text = _WHENS.sub("WHEN … ", text)
    text = _INSERT_COLUMNS.sub(r"\1", text)
    text = _without_prefix(_without_columns(text))
    return _EXISTS.sub("SELECT 1 AS a", text).rstrip("; ")


def _short_list(match: re.Match) -> str:
    before = match.string[: match.start()].rstrip().lower()
    if before.endswith(" in"):
        return "(…)"
    return "(…)" if "," in match.group() and not before[-1:].isalnum() else match.group()


def _without_columns(text: str) -> str:
    """Elide the outermost column list when it is long, and leave `COUNT(*)` and its like to be read."""
    if not text[:7].upper() == "SELECT ":
        return text
    start = 16 if text[:16].upper() == "SELECT DISTINCT " else 7
    end = _outer_from(text, start)
    if end < 0:
        return text
    columns = text[start:end].strip()
    if len(columns) <= _LONGEST_COLUMN_LIST and columns.count(",") < 3:
        return text
    return f"{text[:start]}… {text[end:]}"


def _outer_from(text: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[()]|\bFROM\b", re.IGNORECASE).finditer(text, start):
        if match.group() == "(":
            depth += 1
        elif match.group() == ")":
            depth -= 1
        elif depth == 0:
            return match.start()
    return -1


def _without_prefix(text: str) -> str:
    names = {name.split(".")[-1] for name in _TABLES.findall(text)}
    if len(names) == 1:
        return re.sub(rf"(?<![\w.]){re.escape(names.pop())}\.(?=\w)", "", text)
    return text
