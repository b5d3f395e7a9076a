"""The cure for a finding in one line, as concrete as the models allow."""

from labapp.probe.fingerprint import fingerprint
from labapp.probe.relations import Schema

_JOIN = "one query with a JOIN, or fetch the ids first and use one IN (…)"


def loop_cure(repeat, outer: list, schema: Schema) -> str:
    """Return what to write instead of asking once for each row.

    `outer` holds the repeats that may have been looped over, the most likely first.
    """
    via, texts = repeat.via, _texts(repeat.first)
    from_tables = [one.table for one in outer]
    if "deferred" in via:
        return _deferred(repeat)
    if "generic" in via:
        name = schema.generic_foreign_key(from_tables, texts) or "content_object"
        return f'prefetch_related("{name}") on the outer query, or GenericPrefetch("{name}", […])'
    if "refresh" in via:
        return "read all rows again in one query, with in_bulk() or filter(pk__in=…)"
    if "related" in via:
        path = relation_path(repeat, outer, schema)
        return f'select_related("{path}")' if path else "select_related(…) on the outer query"
    if repeat.table == "auth_permission" and not any("user_permissions" in text for text in texts):
        return "ask for all users at once: User.objects.with_perm(…), or one query on Permission"
    if via & {"manager", "reverse_one"} or "content_type_id" in _columns(repeat):
        return _reverse(repeat, outer, schema, texts)
    if via & {"raw", "cursor"} or not schema.model(repeat.table):
        return _JOIN
    if not repeat.varying and len({tuple(map(repr, one)) for one in repeat.lists}) == 1:
        return _same_answer(repeat, outer, schema, texts)
    return _lookup(repeat, outer, schema, texts)


def relation_path(repeat, outer: list, schema: Schema, depth: int = 0) -> str | None:
    """Return the relation from the outermost query, through further per-row relations: `maker__country`."""
    name = schema.forward(repeat.table, [one.table for one in outer], _texts(repeat.first))
    if name is None or depth > 3:
        return name
    for one in outer:
        step = (
            one.count > 1
            and "related" in one.via
            and name in schema._keys_to(schema.model(repeat.table), schema.model(one.table))
        )
        if step and one.table != repeat.table:
            before = relation_path(one, [other for other in outer if other is not one], schema, depth + 1)
            return f"{before}__{name}" if before else name
    return name


def write_cure(repeat) -> str:
    """Return what to write instead of one statement for each row."""
    kind, via = repeat.first.kind, repeat.via
    if "cursor" in via and "save" not in via:
        return "one executemany(), or one statement for all rows"
    if "get_or_create" in via:
        return "fetch the existing rows with one IN, bulk_create() the rest"
    if kind == "insert" and "manager" in via and "save" not in via:
        return "one add(*objects) for each instance, or bulk_create() on the through model"
    if kind == "insert":
        return "collect the objects and bulk_create() them"
    if kind == "delete":
        return "one filter(pk__in=…).delete() for all rows"
    return "one update() with F() or Case(), or bulk_update()"


def duplicate_cure() -> str:
    """Return what to do about a query that is asked twice."""
    return "ask once, keep the answer in a variable and pass it on"


def eager_cure(load) -> str:
    """Return the call to take away."""
    return f'remove {load.kind}("{load.relation}")'


def unbounded_cure() -> str:
    """Return what to do about a result without a limit."""
    return "limit it with [:n] or a paginator, or read it with iterator()"


def _deferred(repeat) -> str:
    shape = fingerprint(repeat.first.sql)
    columns = shape[7 : shape.find(" FROM ")].replace(f"{repeat.table}.", "")
    names = [name.strip() for name in columns.split(",") if name.strip() not in ("id", "…")]
    wanted = ", ".join(f'"{name}"' for name in names[:3])
    return (
        f"add {wanted} to only(), or take it out of defer()"
        if wanted
        else "load the field: add it to only(), or take it out of defer()"
    )


def _reverse(repeat, outer: list, schema: Schema, texts) -> str:
    columns = _columns(repeat)
    found = schema.reverse(repeat.first.sql, columns, texts)
    if found is None:
        return f"{'select' if 'reverse_one' in repeat.via else 'prefetch'}_related(…) on the outer query"
    accessor, model, back, owner = found
    accessor = _way_to(owner, outer, schema) + accessor
    if "reverse_one" in repeat.via:
        return f'select_related("{accessor}")'
    if "count" in repeat.via:
        return f'annotate(Count("{_query_name(accessor)}")) on the outer query'
    if "exists" in repeat.via:
        return f'annotate(Exists({model}.objects.filter({back}=OuterRef("pk")))) on the outer query'
    if "aggregate" in repeat.via:
        return f'annotate the aggregate over "{_query_name(accessor)}" on the outer query'
    if repeat.first_limit is not None or repeat.via & {"first", "last", "get"}:
        return f'prefetch_related(Prefetch("{accessor}", queryset=…[:n])), or annotate with a Subquery'
    asked = [slot for pairs in repeat.values[:1] for slot, _ in pairs if slot.clause == "WHERE"]
    if len(asked) > (2 if "content_type_id" in columns else 1) or _is_sorted_here(repeat, schema):
        return f'prefetch_related(Prefetch("{accessor}", queryset={model}.objects…)), or filter in Python'
    return f'prefetch_related("{accessor}")'


def _columns(repeat) -> set[str]:
    """The columns that one execution compares with a value."""
    return {slot.column for pairs in repeat.values[:1] for slot, _ in pairs if slot.operator in ("=", "")}


def _is_sorted_here(repeat, schema: Schema) -> bool:
    return " ORDER BY " in repeat.fingerprint and not schema.is_sorted(repeat.table)


def _way_to(owner: str, outer: list, schema: Schema) -> str:
    """The relation from the outermost rows to the owner, `author__`, when it was itself read one by one."""
    if any(one.count == 1 and one.table == owner for one in outer):
        return ""
    steps = [one for one in outer if one.count > 1 and one.table == owner and "related" in one.via]
    path = relation_path(steps[0], [one for one in outer if one is not steps[0]], schema) if steps else None
    return f"{path}__" if path else ""


def _query_name(accessor: str) -> str:
    return accessor.removesuffix("_set")


def _same_answer(repeat, outer, schema: Schema, texts) -> str:
    name = (
        schema.forward(repeat.table, [one.table for one in outer], texts)
        if repeat.via & {"get", "first"}
        else None
    )
    return (
        f'select_related("{name}"), or ask once before the loop'
        if name
        else "ask once before the loop and keep the answer"
    )


def _lookup(repeat, outer, schema: Schema, texts) -> str:
    if "count" in repeat.via or "aggregate" in repeat.via or "COUNT(" in repeat.fingerprint:
        return "annotate the outer query, or one values(…).annotate(Count(…)) for all rows"
    if "exists" in repeat.via:
        return "annotate(Exists(…)) on the outer query, or one filter(…__in=…)"
    if "prefetch" in repeat.via:
        return "prefetch once for all instances: prefetch_related(…) on the outer query"
    by_key = any(
        slot.operator == "=" and slot.column in ("id", f"{repeat.table}_id") for slot, _ in repeat.varying
    )
    name = by_key and schema.forward(repeat.table, [one.table for one in outer], texts)
    if name:
        return f'select_related("{name}"), or in_bulk() with all ids before the loop'
    if by_key or "in_bulk" in repeat.via:
        return "one in_bulk() with all ids before the loop"
    return "fetch the values first and use one filter(…__in=…)"


def _texts(query) -> list[str]:
    sites = [query.template, query.site, *query.stack]
    return [site.text for site in sites if site is not None and site.text]
