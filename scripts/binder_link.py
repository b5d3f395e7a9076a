"""Print the Binder link and badge that belong to this clone's origin."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import quote

URLPATH = quote("lab/tree/notebooks/00_start_here.ipynb", safe="")
FORMS = (
    r"https?://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)",
    r"ssh://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)",
    r"(?:[^@/]+@)?(?P<host>[^/:]+\.[^/:]+):(?P<path>[^/].*)",
)


class NoLink(ValueError):
    """There is no address that Binder could fetch; the message says why in one sentence."""


def link(origin: str, branch: str) -> str:
    """The mybinder.org address for a remote's address (https, ssh or git@host:path) and a branch."""
    matches = (re.fullmatch(form, origin.strip()) for form in FORMS)
    match = next(filter(None, matches), None)
    if match is None:
        raise NoLink(f"Binder cannot fetch from the origin {origin!r}: it needs a repository on a public "
                     "server, with an https or ssh address.")
    host = match["host"].lower()
    path = match["path"].strip("/").removesuffix(".git")
    branch = quote(branch, safe="")
    if host == "github.com":
        place = f"gh/{path}"
    elif host == "gitlab.com":
        place = f"gl/{quote(path, safe='')}"
    else:
        place = f"git/{quote(f'https://{host}/{path}.git', safe='')}"
    return f"https://mybinder.org/v2/{place}/{branch}?urlpath={URLPATH}"


def git(*arguments: str) -> str:
    """What git says, or an empty string where it fails."""
    return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()


def default_branch() -> str:
    """The branch that the origin shows first, as far as this clone knows; else the present one, else main."""
    head = git("symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    return head or git("branch", "--show-current") or "main"


def main() -> int:
    """Print link and badge, or the sentence that says why there is none."""
    origin = git("remote", "get-url", "origin")
    try:
        if not origin:
            raise NoLink("This clone has no remote called origin, so there is no address for Binder to fetch "
                         "from: git remote add origin ADDRESS.")
        address = link(origin, default_branch())
    except NoLink as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"Link:   {address}\nBadge:  [![Binder](https://mybinder.org/badge_logo.svg)]({address})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
