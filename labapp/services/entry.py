"""What Django's settings say about a server."""


def entry(fixed, options):
    """
    An entry as in DATABASES or CACHES: ``fixed``, changed by what was asked for.

    Options in upper case are Django's (CONN_MAX_AGE=60), others go into OPTIONS (pool=True).
    """
    ours = {name: value for name, value in options.items() if name.isupper()}
    drivers = {name: value for name, value in options.items() if name not in ours}
    if inner := {**fixed.get("OPTIONS", {}), **drivers}:
        fixed = {**fixed, "OPTIONS": inner}
    return {**fixed, **ours}
