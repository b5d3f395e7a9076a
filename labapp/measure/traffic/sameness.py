"""Whether a variant shows the baseline's pages: by digest, for each page and person."""

from ..wording import plural

Pages = dict[tuple, set[str]]  # the digests of what was shown, by (ask, key, person)


def difference(reference: Pages, shown: Pages) -> tuple[bool | None, str | None]:
    """(the same?, one sentence where not); None where the two have no page in common.

    A page is another when it showed at any time what it never showed in the reference.
    """
    common = reference.keys() & shown.keys()
    if not common:
        return None, None
    other = sum(1 for page in common if not shown[page] <= reference[page])
    if not other:
        return True, None
    return False, f"{other:,} of {plural(len(common), 'page')} {'looks' if other == 1 else 'look'} different"
