"""Django Doesn't Scale: the lab. Boot a site, run an experiment, record any Django code.

    import labapp
    labapp.boot()                                   # a seeded site of your own

    from labapp.experiments.metrics import feed
    feed                                            # its panel

    with labapp.record() as recording: ...          # any Django code, any project

Nothing heavy is imported until one of these names is used.
"""

from importlib import import_module

__version__ = "0.4.0"

_HOMES = {"boot": "labapp.boot", "record": "labapp.probe"}


def __getattr__(name):
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'labapp' has no attribute {name!r}")


def load_ipython_extension(shell):
    """``%load_ext labapp`` gives ``%%record``."""
    import_module("labapp.magics").load(shell)
