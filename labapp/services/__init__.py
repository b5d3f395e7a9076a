"""Real servers as child processes: private, found on this machine, gone with the process that wanted them."""

from labapp.services.errors import ServiceError
from labapp.services.offer import Offer, offers

__all__ = ["Offer", "ServiceError", "offers"]
