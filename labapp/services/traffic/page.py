"""What a page says: its digest, whose it is, who has answered, and its fragments put into it."""

import hashlib
import html
import re

ELEMENT = re.compile(r'<(\w+)\b[^>]*?\sdata-fragment="([^"]*)"[^>]*>')
AGAIN = re.compile(r'\sdata-again="(\d+(?:\.\d+)?)"')
VIEWER = re.compile(r'\sdata-viewer="([^"]*)"')
QUERIES, HITS = re.compile(r"(\d+) quer"), re.compile(r"(\d+) hits?\b")
FAR = "browser", "edge", "application", "origin"  # the nearest first


def fragments(page):
    """The URLs of the fragments that a page wants put into it, in their order."""
    return [html.unescape(url) for _, url in ELEMENT.findall(page)]


def composed(page, answers):
    """The page with the answers, one for each of its fragments, in place of what these elements contain."""
    pieces, at = [], 0
    for element, answer in zip(list(ELEMENT.finditer(page)), answers, strict=True):
        if element.start() >= at:  # not within one that was replaced
            pieces += page[at : element.end()], answer
            at = _closing(page, element)
    return "".join([*pieces, page[at:]])


def _closing(page, element):
    """Where the closing tag of an element begins, elements of the same kind within it being skipped."""
    depth = 1
    for tag in re.compile(rf"<(/?){element[1]}\b").finditer(page, element.end()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start()
    return element.end()


def again(page):
    """After how many seconds a script in the page asks for it again; None where there is none."""
    found = AGAIN.search(page)
    return float(found[1]) if found else None


def digest(page, patterns):
    """16 hexadecimal digits that tell pages apart, what matches the patterns taken out."""
    for pattern in patterns:
        page = pattern.sub("", page)
    return hashlib.blake2b(page.encode(), digest_size=8).hexdigest()


def foreign(page, person):
    """How many pieces of the page are somebody else's: have another's name in data-viewer."""
    return sum(html.unescape(name) not in ("", person) for name in VIEWER.findall(page))


def who(headers):
    """Who has answered: the edge, the application out of its cache without any query, or the origin."""
    if headers.get("x-edge") in ("HIT", "STALE"):
        return "edge"
    timing = headers.get("server-timing", "")
    queries, hits = QUERIES.search(timing), HITS.search(timing)
    return "application" if queries and hits and queries[1] == "0" and hits[1] != "0" else "origin"


def farthest(answers):
    """Who has answered a page of several parts: the one among them who is farthest from the user."""
    return max(answers, key=FAR.index)
