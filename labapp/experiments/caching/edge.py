"""The configuration of Varnish as the edge in front of Pinsta."""

from pathlib import Path

VCL = Path(__file__).with_name("edge.vcl")


def vcl(port):
    """The text of edge.vcl with the application on this port of the loopback; Varnish's load() takes it."""
    return VCL.read_text().replace("{{ port }}", str(int(port)))
