"""Rendering in two phases: a page is kept with holes in it, and each answer fills them for whoever asks.

A hole is a comment in the page that holds signed JSON: what the second phase has to know. It is read back
only if the signature is ours, so that a hole which somebody wrote into a caption stays empty; and what fills
a hole is not searched for more of them.
"""

import logging
import re

from django.core import signing
from django.utils.safestring import mark_safe

SALT = "labapp.phased"
HOLE = re.compile(r"<!--hole:([\w:-]*)-->")
log = logging.getLogger("django.security.phased")


def hole(**carried):
    """The text that stands in a page until its second phase; it carries what JSON can hold, signed."""
    return mark_safe(f"<!--hole:{signing.dumps(carried, salt=SALT)}-->")


def filled(page, fill):
    """The page with each hole replaced by ``fill(**carried)``; a hole that is not ours is left empty."""
    return HOLE.sub(lambda found: _second_phase(found[1], fill), page)


def _second_phase(token, fill):
    try:
        carried = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        log.warning("A hole in a page was not signed by this site, and stays empty.")
        return ""
    return str(fill(**carried))
