"""
Real servers as child processes: private, found on this machine, gone with the process that wanted them.

Each is a module (``from labapp.services import redis``) with ``find()``, ``HOW`` to get it, a class
``Server``, and ``server()``: this process's one, which is started when it is first asked for.
"""

from labapp.services.errors import ServiceError
from labapp.services.offer import Offer, offers

__all__ = ["Offer", "ServiceError", "offers"]
