"""Whether a variant shows the baseline's pages: by digest, for each page and person."""

from collections import defaultdict

from ..wording import plural


def digests(requests) -> dict[tuple, set[str]]:
    """What was shown, by (ask, key, person)."""
    shown = defaultdict(set)
    for request in requests:
        if request.digest:
            shown[request.ask, request.key, request.person].add(request.digest)
    return shown


def difference(reference: dict[tuple, set[str]], shown: dict[tuple, set[str]]) -> tuple[bool | None, str]:
    """(the same?, one sentence where not); None where the two have no page in common."""
    common = reference.keys() & shown.keys()
    if not common:
        return None, ""
    other = sum(1 for page in common if not shown[page] <= reference[page])
    look = "looks" if other == 1 else "look"
    return not other, f"{other:,} of {plural(len(common), 'page')} {look} different" if other else ""
