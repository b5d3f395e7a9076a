"""How what stands in a database is shown beside the source of a variant."""

from django.db.models import Q


def show(variant, *texts):
    """Let the variant's source go on with these, as far as there is something in them."""
    variant.source = "\n\n\n".join(text.rstrip() for text in (variant.source, *texts) if text)


def name_all(model, indexes):
    """Give those without a name the one that Django would."""
    for index in indexes:
        if not index.name:
            index.set_name_with_model(model)


def meta(*indexes):
    """The indexes as they would stand in a model; nothing for none."""
    if not indexes:
        return ""
    lines = ["class Meta:", "    indexes = ["]
    return "\n".join([*lines, *(f"        {definition(index)}," for index in indexes), "    ]"])


def definition(index):
    """The expression that makes this index: ``Index(fields=["recipient"], name="by_recipient")``."""
    _, expressions, options = index.deconstruct()
    given = {**options}
    given["name"] = given.pop("name")
    parts = [*map(repr, expressions), *(f"{name}={_written(value)}" for name, value in given.items())]
    return f"{type(index).__name__}({', '.join(parts)})"


def _written(value):
    if isinstance(value, Q) and value.connector == Q.AND and not value.negated:
        conditions = [part for part in value.children if isinstance(part, tuple)]
        if len(conditions) == len(value.children):
            return f"Q({', '.join(f'{name}={wanted!r}' for name, wanted in conditions)})"
    return repr(list(value) if isinstance(value, tuple) else value)
