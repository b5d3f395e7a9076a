"""Two pages: do they say the same? Layout (line breaks between tags, runs of blanks) and CSRF tokens do not count."""

import re
from collections.abc import Iterator

from .wording import shown

TOKEN = re.compile(
    r"(?P<verbatim><(?P<tag>pre|textarea|script|style)\b.*?</(?P=tag)\s*>)|(?P<markup><[^>]*>)|(?P<blank>\s+)|[^\s<]+|<",
    re.DOTALL | re.IGNORECASE,
)
CSRF = re.compile(r"""(name=["']csrfmiddlewaretoken["'][^>]*value=["'])[^"']*""")
CONTEXT = 3


def is_text(value: object) -> bool:
    """Text, bytes, or an HTTP response that has a body."""
    return isinstance(value, (str, bytes)) or hasattr(value, "status_code") and hasattr(value, "content")


def text(value: object) -> str:
    """What is_text() recognised, as a string; a response's status stands in front of its body."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return f"HTTP {value.status_code}\n{text(value.content)}"


def difference(reference: str, value: str) -> str | None:
    """ "the page differs at line 12: '<b>ana', should be '<b>ben'"; short text is quoted whole; None when the same."""
    if reference == value:
        return None
    if max(len(reference), len(value)) <= 60 and "<" not in reference + value:
        return f"is {shown(value)}, should be {shown(reference)}"
    ours, theirs = list(_tokens(reference)), list(_tokens(value))
    for index, (expected, found) in enumerate(zip(ours, theirs, strict=False)):
        if expected[0] != found[0]:
            return _differs(index, ours, theirs, value)
    if len(ours) == len(theirs):
        return None
    return _differs(min(len(ours), len(theirs)), ours, theirs, value)


def _differs(index: int, ours: list, theirs: list, value: str) -> str:
    noun = "page" if "<" in value else "text"
    if index == len(theirs):
        return f"the {noun} ends too early, before {_snippet(ours, index)}"
    line = value.count("\n", 0, theirs[index][1]) + 1
    if index == len(ours):
        return f"the {noun} should end at line {line}, before {_snippet(theirs, index)}"
    return f"the {noun} differs at line {line}: {_snippet(theirs, index)}, should be {_snippet(ours, index)}"


def _snippet(tokens: list, index: int) -> str:
    """The place with a little of what surrounds it."""
    words = "".join(token for token, _ in tokens[max(0, index - 1) : index + CONTEXT]).strip()
    return f"“{words[:57]}…”" if len(words) > 60 else f"“{words}”"


def _tokens(page: str) -> Iterator[tuple[str, int]]:
    """(token, position): tags, words, and one blank for any whitespace that is more than layout between two tags."""
    pending: re.Match | None = None
    after_markup = True
    for match in TOKEN.finditer(page):
        if match["blank"]:
            pending = match
            continue
        markup = bool(match["markup"] or match["verbatim"])
        if pending and not (after_markup and markup and "\n" in pending[0]):
            yield " ", pending.start()
        pending, after_markup = None, markup
        yield (CSRF.sub(r"\1", match[0]) if markup else match[0]), match.start()
