"""What went wrong in a variant, in one sentence with its place."""

import traceback

from labapp.probe.sites import label


def sentence(error, variant):
    """"ValueError: no such board (In [7], line 3)", or what a known fault means in plain words."""
    text = " ".join(str(error).split()) or "no message"
    if "readonly database" in text or "read-only transaction" in text:
        return f"{variant.name} writes to the database, and this experiment only reads; nothing was changed."
    return f"{type(error).__name__}: {text}{_place(error, variant)}"


def _place(error, variant):
    """The innermost line of the variant's own file that the exception passed through."""
    own = getattr(getattr(variant.function, "__code__", None), "co_filename", None)
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == own]
    return f" ({label(own, lines[-1])})" if lines else ""
