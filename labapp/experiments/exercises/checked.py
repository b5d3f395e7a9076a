"""What exercises of any other kind than a queryset build on: Checked, and whether an answer is a function."""

from labapp.experiments.checked import Checked, not_ordinary

__all__ = ["Checked", "not_a_function"]


def not_a_function(answer, wants):
    """A sentence where the answer is no function of these arguments, else None."""
    if sentence := not_ordinary(answer):
        return sentence
    code = getattr(answer, "__code__", None)
    if code is not None and not code.co_flags & 0x04 and code.co_argcount != len(wants):
        return f"{answer.__name__}() must be a function of {', '.join(wants)}."
    return None
