"""One page as a user gets it: asked for or out of the browser's cache, with its parts, and looked at."""

from time import monotonic
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import gevent
from gevent.pool import Pool
from geventhttpclient.response import HTTPParseError

from labapp.services.traffic import page
from labapp.services.traffic.request import Request
from labapp.services.traffic.session import Wanted

AT_ONCE = 6  # requests that a browser has under way to one host
NOT_ANSWERED = "not answered"
REDIRECTS = 301, 302, 303


class Part(NamedTuple):
    """What was shown of one URL, and what it took; ``leads`` is where a redirect leads, or empty."""

    status: int
    body: bytes
    size: int
    who: str
    timing: str
    first: float
    done: float
    leads: str = ""


class Refused(Exception):
    """The site has answered with an error."""

    def __init__(self, answer):
        super().__init__(f"{answer.status} {answer.reason}")
        self.status = answer.status


FAILURES = OSError, HTTPParseError, Refused


class Visit:
    """A request under way: ``run`` gives its record, and ``give_up``, called by somebody else, ends it."""

    def __init__(self, session, moment, connections):
        self._session, self.plan, self._moment = session, session.plan, moment
        self._ask = session.plan.asks[moment.ask]
        self._connections = connections
        self._parts, self._asked, self._given_up = [], 0, False
        self.sent = monotonic()

    def give_up(self):
        """Do not wait any longer."""
        self._given_up = True
        self._connections.close()

    def run(self):
        """What became of it, as a Request."""
        timeout = gevent.Timeout.start_new(self.plan.timeout_s)
        try:
            return self._succeeded(self._page())
        except gevent.Timeout:
            self.give_up()
            return self._failed(f"no answer within {self.plan.timeout_s:g} s")
        except FAILURES as failure:
            error = NOT_ANSWERED if self._given_up else _plain(failure)
            return self._failed(error, getattr(failure, "status", 0))
        finally:
            timeout.close()

    def unanswered(self):
        """The record of a visit that ends without an answer because its user is stopped."""
        return self._failed(NOT_ANSWERED)

    def _page(self):
        """The text of the page with all its parts."""
        wanted = self._session.wanted(self._moment)
        text = self._fetch(wanted)
        if self._ask.follow:
            text = self._followed(text, wanted.url)
        if self._ask.compose and (urls := page.fragments(text)):
            wanted = [Wanted("GET", url, self.plan.headers_at(self._moment.due)) for url in urls]
            pieces = Pool(AT_ONCE).map(self._attempt, wanted)
            for failure in pieces:
                if isinstance(failure, Exception):
                    raise failure
            text = page.composed(text, pieces)
        return text

    def _followed(self, text, url):
        """The text to which redirects, and a script that asks again, have led."""
        while (leads := self._parts[-1].leads) or (again := page.again(text)) is not None:
            if leads:
                url = _below(url, leads)
            else:
                gevent.sleep(again)
            text = self._fetch(Wanted("GET", url, self.plan.headers_at(self._moment.due)))
        return text

    def _attempt(self, wanted):
        """The text, or why there is none: one part that fails does not keep a browser from the others."""
        try:
            return self._fetch(wanted)
        except FAILURES as failure:
            return failure

    def _fetch(self, wanted):
        """The text behind a URL; Refused for a status that says there is none."""
        if self._given_up:
            raise OSError(NOT_ANSWERED)
        session, cookies = self._session, self._session.cookie_header()
        if session.cache and wanted.method == "GET":
            fresh, again = session.cache.find(wanted.url, cookies, now := monotonic())
            if fresh:
                return self._note(Part(200, fresh.body, 0, "browser", "", now, now))
            wanted.headers = {**wanted.headers, **again}
        self._asked += 1
        answer = self._connections.ask(wanted, cookies)
        session.learn(answer.cookies)
        body = self._kept(wanted, cookies, answer)
        who, timing = page.who(answer.headers), answer.headers.get("server-timing", "")
        leads = answer.headers.get("location", "") if answer.status in REDIRECTS else ""
        part = Part(answer.status, body, len(answer.body), who, timing, answer.first, answer.done, leads)
        text = self._note(part)
        if answer.status >= 400:
            raise Refused(answer)
        return text

    def _kept(self, wanted, cookies, answer):
        """The body to show, after the browser's cache has taken notice of the answer."""
        cache = self._session.cache
        if not cache:
            return answer.body
        if wanted.method != "GET":
            cache.drop(wanted.url)
            return answer.body
        return cache.keep(wanted.url, cookies, answer.status, answer.headers, answer.body, answer.done)

    def _note(self, part):
        self._parts.append(part)
        return part.body.decode(errors="replace")

    def _succeeded(self, text):
        parts = self._parts
        found = self._ask.pattern.search(text) if self._ask.pattern else None
        return self._record(
            first=parts[0].first, done=max(part.done for part in parts), status=parts[0].status,
            who=page.farthest([part.who for part in parts]), digest=page.digest(text, self.plan.patterns),
            seen=found[1] if found else None, foreign=page.foreign(text, self._session.person),
        )  # fmt: skip

    def _failed(self, error, status=0):
        now = monotonic()
        first = self._parts[0].first if self._parts else now
        return self._record(first=first, done=now, status=status, error=error)

    def _record(self, **more):
        timing = "|".join(part.timing for part in self._parts if part.who != "browser")
        size = sum(part.size for part in self._parts)
        asked = {"size": size, "timing": timing, "asked": self._asked}
        return _request(self._session, self._moment, sent=self.sent, **asked, **more)


def not_sent(session, moment, now):
    """The record of a request that was due, and whose user was still waiting for another when it ended."""
    return _request(session, moment, sent=now, first=now, done=now, error=NOT_ANSWERED)


def _request(session, moment, **more):
    turn, user, person = session.plan.turn, session.user, session.person
    return Request(turn, moment.ask, moment.key, user, person, moment.due, **more)


def _below(url, leads):
    """The path of a redirect from this URL; it stays at the host of the plan."""
    target = urlsplit(urljoin(url, leads))
    return f"{target.path}?{target.query}" if target.query else target.path


def _plain(failure):
    if isinstance(failure, ConnectionRefusedError):
        return "connection refused"
    return str(failure) if not isinstance(failure, HTTPParseError) else "the answer is not HTTP"
