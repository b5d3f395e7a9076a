"""How what stands in a database is shown beside the source of a variant."""


def show(variant, definition):
    """Let the variant's source end in this text."""
    variant.source = f"{variant.source.rstrip()}\n\n\n{definition}"


def meta(*indexes):
    """The indexes as they would stand in a model."""
    lines = ["class Meta:", "    indexes = ["]
    return "\n".join([*lines, *(f"        {definition(index)}," for index in indexes), "    ]"])


def definition(index):
    """The expression that makes this index: ``Index(fields=["recipient"], name="by_recipient")``."""
    _, expressions, options = index.deconstruct()
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}
    parts = [*map(repr, expressions), *(f"{name}={value!r}" for name, value in given.items())]
    return f"{type(index).__name__}({', '.join(parts)})"
