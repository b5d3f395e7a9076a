"""Floor 4: what people see. A panel of widgets around an experiment, and its text form.

    feed                                        # in a notebook, after boot(): its panel
    feed.panel(tab="Queries", photos=50)        # opened on the tab that answers the question
    predict("04 feed", "How many queries?")     # a guess, written down before the answer is shown

Each part is loaded when it is used: a terminal never imports ipywidgets.
"""

from importlib import import_module

_HOMES = {"Panel": "panel", "predict": "prediction"}

__all__ = ["Panel", "attach", "predict"]


def attach(facts=""):
    """Show experiments as panels in this kernel, and give them ``.panel(...)``; see labapp.panel.display."""
    import_module("labapp.panel.display").attach(facts)


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"labapp.panel.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labapp.panel' has no attribute {name!r}")
