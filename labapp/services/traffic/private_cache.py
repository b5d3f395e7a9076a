"""A browser's private cache, obeying Cache-Control and asking again with ETag or Last-Modified."""

import re
from dataclasses import dataclass

MAX_AGE = re.compile(r"\bmax-age=(\d+)")


@dataclass
class Entry:
    """What was answered, until when it is fresh, and the cookies that it was answered to."""

    headers: dict
    body: bytes
    until: float
    cookies: str | None  # None: they do not matter


class PrivateCache:
    """Answers by URL. Times are seconds of the caller's clock."""

    def __init__(self):
        self._entries = {}

    def find(self, url, cookies, now):
        """(a fresh entry or None, the headers of a request that asks whether a stale one still holds)."""
        entry = self._entries.get(url)
        if entry is None or entry.cookies not in (None, cookies):
            return None, {}
        if now < entry.until:
            return entry, {}
        headers = {"If-None-Match": entry.headers.get("etag")}
        headers["If-Modified-Since"] = entry.headers.get("last-modified")
        return None, {name: value for name, value in headers.items() if value}

    def keep(self, url, cookies, status, headers, body, now):
        """Take notice of an answer; the body to show, which after 304 is the one that was kept."""
        control = headers.get("cache-control", "").lower()
        if status == 304 and url in self._entries:
            entry = self._entries[url]
            entry.until = self._until(control or entry.headers.get("cache-control", "").lower(), headers, now)
            return entry.body
        self._entries.pop(url, None)
        until = self._until(control, headers, now)
        again = headers.get("etag") or headers.get("last-modified")
        if status == 200 and "no-store" not in control and (until > now or again):
            vary = headers.get("vary", "").lower()
            if "*" not in vary:
                self._entries[url] = Entry(headers, body, until, cookies if "cookie" in vary else None)
        return body

    def drop(self, url):
        """Forget it, as after a POST to it."""
        self._entries.pop(url, None)

    @staticmethod
    def _until(control, headers, now):
        found = MAX_AGE.search(control)
        if not found or "no-cache" in control:
            return now
        age = headers.get("age", "0")
        return now + int(found[1]) - (int(age) if age.isdigit() else 0)
