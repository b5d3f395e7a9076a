"""What stands between the people and the site: a real Varnish, or our own small edge inside the site."""

from contextlib import nullcontext
from pathlib import Path

from labapp.experiments.parameters import Choice, Condition
from labapp.services import varnish

VARNISH, EMBEDDED = "Varnish", "in-process"
VCL = Path(__file__).parents[1] / "caching" / "edge.vcl"


def edge():
    """The edge of the variants that have one, a choice in the panel."""
    choices = (VARNISH, EMBEDDED) if varnish.find() is not None else (EMBEDDED,)
    return Condition(Choice("edge", choices[0], help="edge", choices=choices), lambda value: nullcontext())


def needs_varnish():
    """Nothing, or why a variant cannot run here."""
    return "" if varnish.find() is not None else "needs Varnish, which is not on this machine"


def default():
    """The edge where there is no choice."""
    return VARNISH if varnish.find() is not None else EMBEDDED


_loaded = {}  # "state": the server that has our VCL, and the port of the site behind it


def emptied(site_port):
    """The address of a Varnish that has nothing yet and asks the site on this port."""
    server = varnish.server()
    state = server, server.restarts, site_port
    if _loaded.get("state") != state:
        server.load(VCL.read_text().replace("@PORT@", str(site_port)))
        _loaded["state"] = state
    server.flush()
    return f"http://127.0.0.1:{server.port}"
