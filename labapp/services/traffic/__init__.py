"""
Traffic: as many users as wanted ask a site for pages, and what became of each request is told.

    load = generator()            # this process's one
    load.steer(plan)              # begins, or changes what goes on
    load.take()                   # the requests since the last call: a list of Request
    load.idle()                   # nothing new is asked
"""

from labapp.services.traffic.generator import Generator, generator
from labapp.services.traffic.plan import ARRIVALS, Plan
from labapp.services.traffic.request import Request

__all__ = ["ARRIVALS", "Generator", "Plan", "Request", "generator"]
