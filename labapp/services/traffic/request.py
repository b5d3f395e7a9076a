"""What became of one request."""

from typing import NamedTuple


class Request(NamedTuple):
    """
    One page that a user asked for. Times are seconds of ``time.monotonic()``, the same in all processes.

    It was ``due`` by the user's schedule, ``sent`` when the user was free, its ``first`` byte came and at
    ``done`` it was complete; without an answer, ``done`` is when it was given up. Its latency counts from
    ``due``, so that a server which stalls is not flattered by users who wait for it.
    """

    turn: int
    ask: int  # index into the plan's asks
    key: int  # index into the ask's keys, -1 for none
    user: int
    person: str  # who is logged in; "" for nobody
    due: float
    sent: float
    first: float
    done: float
    status: int = 0  # of HTTP; 0 without an answer
    size: int = 0  # bytes of body that came over the network
    who: str = ""  # "browser", "edge", "application" or "origin" has answered; "" for errors
    timing: str = ""  # the header Server-Timing, those of all parts joined by "|"
    asked: int = 0  # HTTP requests made
    digest: str = ""  # 16 hexadecimal digits of the page as shown; "" for errors
    seen: str | None = None  # what the ask looked for
    foreign: int = 0  # pieces of the page that were made for somebody else
    error: str = ""  # "" where there is none

    @property
    def latency(self):
        """Seconds from when it was due until it was complete or given up."""
        return self.done - self.due
