"""Floor 4: what people see. A panel of widgets around an experiment, and its text form.

    feed                                        # in a notebook, after boot(): its panel
    feed.panel(tab="Queries", photos=50)        # opened on the tab that answers the question

Each part is loaded when it is used: a terminal never imports ipywidgets.
"""

from importlib import import_module

__all__ = ["Panel", "attach"]


def attach(facts=""):
    """Show experiments as panels in this kernel, and give them ``.panel(...)``; see labapp.panel.display."""
    import_module("labapp.panel.display").attach(facts)


def __getattr__(name):
    if name == "Panel":
        return import_module("labapp.panel.panel").Panel
    raise AttributeError(f"module 'labapp.panel' has no attribute {name!r}")
