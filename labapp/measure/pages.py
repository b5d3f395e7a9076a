"""Two pages: do they say the same? Blanks between two tags, runs of blanks and CSRF tokens do not count."""

import re
from collections.abc import Iterator

from .wording import shown

TOKEN = re.compile(
    r"(?P<verbatim><(?P<tag>pre|textarea|script|style)\b.*?</(?P=tag)\s*>)"
    r"|(?P<markup><[^>]*>)|(?P<blank>\s+)|[^\s<]+|<",
    re.DOTALL | re.IGNORECASE,
)
CSRF = re.compile(r"""(name=["']csrfmiddlewaretoken["'][^>]*value=["'])[^"']*""")
CONTEXT = 3


def is_text(value: object) -> bool:
    """Text, bytes, or an HTTP response that has a body."""
    return isinstance(value, (str, bytes)) or hasattr(value, "status_code") and hasattr(value, "content")


def text(value: object) -> str:
    """What is_text() recognised, as a string; of a response its body."""
    if isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else text(value.content)


def difference(reference: str, value: str) -> str | None:
    """ "the page differs at line 12: “<b>ana”, should be “<b>ben”"; None when they say the same.

    Text without tags is compared exactly, and quoted whole when it is short.
    """
    if reference == value:
        return None
    is_page = "<" in reference and ">" in reference
    if not is_page and max(len(reference), len(value)) <= 60:
        return f"is {shown(value)}, should be {shown(reference)}"
    tokens = _tokens if is_page else _words
    ours, theirs = list(tokens(reference)), list(tokens(value))
    pairs = enumerate(zip(ours, theirs, strict=False))
    index = next((index for index, (one, other) in pairs if one[0] != other[0]), min(len(ours), len(theirs)))
    if index == len(ours) == len(theirs):
        return None
    return f"the {'page' if is_page else 'text'} {_differs(index, ours, theirs, value)}"


def _differs(index: int, ours: list, theirs: list, value: str) -> str:
    if index == len(theirs):
        return f"ends too early, before {_snippet(ours, index)}"
    line = value.count("\n", 0, theirs[index][1]) + 1
    if index == len(ours):
        return f"should end at line {line:,}, before {_snippet(theirs, index)}"
    return f"differs at line {line:,}: {_snippet(theirs, index)}, should be {_snippet(ours, index)}"


def _snippet(tokens: list, index: int) -> str:
    """The place with a little of what surrounds it."""
    words = "".join(token for token, _ in tokens[max(0, index - 1) : index + CONTEXT]).strip()
    return f"“{words[:57]}…”" if len(words) > 60 else f"“{words}”"


def _words(plain: str) -> Iterator[tuple[str, int]]:
    """(token, position): words and what stands between them, as it is."""
    for match in re.finditer(r"\s+|\S+", plain):
        yield match[0], match.start()


def _tokens(page: str) -> Iterator[tuple[str, int]]:
    """(token, position): tags, words, and one blank for any whitespace that is not between two tags."""
    blank: re.Match | None = None
    after_markup = True
    for match in TOKEN.finditer(page):
        if match["blank"]:
            blank = match
            continue
        markup = bool(match["markup"] or match["verbatim"])
        if blank and not (after_markup and markup):
            yield " ", blank.start()
        blank, after_markup = None, markup
        yield (CSRF.sub(r"\1", match[0]) if markup else match[0]), match.start()
