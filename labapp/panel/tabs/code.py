"""The source of each variant, with its colour."""

from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from labapp.panel.tabs.tab import Tab


class Code(Tab):
    """What each variant does, as it is written."""

    title = "Code"

    def show(self, result):
        self.picture.show("".join(map(listing, self.panel.experiment.variants.values())))


def listing(variant):
    """One variant: chip, name, caption, source."""
    caption = " · ".join(each for each in (variant.caption, variant.origin, variant.unavailable) if each)
    return (
        f'<section class="dsl-listing"><div>'
        f'<span class="dsl-chip" style="background:{variant.colour}"></span>'
        f"<b>{escape(variant.name)}</b> <span class=\"dsl-dim\">{escape(caption)}</span></div>"
        f"{coloured(variant.source)}</section>"
    )


@lru_cache(maxsize=256)
def coloured(source):
    """Python source as HTML with Pygments' classes; the panel's style gives them Lab's colours."""
    return highlight(source, PythonLexer(), HtmlFormatter(cssclass="dsl-code", wrapcode=True))
