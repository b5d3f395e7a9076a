"""What the workers of a crew do in the tests."""

import os
import time
from pathlib import Path

from labapp.services.crew.parent import at_the_end


def work(what, ready):
    """Note that it was called, and wait to be ended."""
    place = Path(what["place"])
    if "complaint" in what:
        raise ValueError(what["complaint"])
    place.joinpath(f"began-{os.getpid()}").write_text(os.environ.get("SHOP", ""))
    at_the_end(place.joinpath(f"ended-{os.getpid()}").touch)
    ready()
    while not what.get("leaves"):
        time.sleep(1)
