"""Names for what a statement reached for: from table and column to the relation that someone would write."""

import re

from labapp.probe.fingerprint import tables


class Schema:
    """The project's models by table, asked for the relation behind a statement; empty without a project."""

    def __init__(self):
        self._models = _models_by_table()

    def model(self, table: str):
        """Return the model kept in the table, or None."""
        return self._models.get(table)

    def forward(self, table: str, from_tables, texts) -> str | None:
        """Return the name of the foreign key that leads from one of the tables to `table`.

        A name that stands in one of the texts (the template tag, the source line) is preferred.
        """
        target = self._models.get(table)
        if target is None:
            return None
        near = [field for name in from_tables for field in self._keys_to(target, self._models.get(name))]
        far = [field for model in self._models.values() for field in self._keys_to(target, model)]
        return _mentioned(near, texts) or _mentioned(far, texts) or (near[0] if near else None)

    def reverse(self, sql: str, columns, texts) -> tuple[str, str, str, str] | None:
        """Return (accessor, model, name of the way back, owner's table) for a query of a related manager."""
        ways = (self._generic, self._reverse_keys, self._many_to_many)
        found = [one for way in ways for one in way(sql, columns)]
        names = _mentioned([name for name, *_ in found], texts)
        return next((one for one in found if one[0] == names), found[0] if found else None)

    def generic_foreign_key(self, from_tables, texts) -> str | None:
        """Return the name of the generic foreign key of one of the tables."""
        names = []
        for table in from_tables:
            model = self._models.get(table)
            fields = model._meta.private_fields if model else ()
            names += [field.name for field in fields if hasattr(field, "ct_field")]
        return _mentioned(names, texts) or (names[0] if names else None)

    def is_sorted(self, table: str) -> bool:
        """Return whether queries of the table are sorted without being asked to."""
        model = self._models.get(table)
        return bool(model and model._meta.ordering)

    @staticmethod
    def _keys_to(target, model) -> list[str]:
        if model is None:
            return []
        return [
            field.name
            for field in model._meta.concrete_fields
            if field.is_relation
            and field.related_model
            and field.related_model._meta.db_table == target._meta.db_table
        ]

    def _reverse_keys(self, sql: str, columns):
        for table in sorted(tables(sql)):
            model = self._models.get(table)
            if model is None or model._meta.auto_created:
                continue
            for field in model._meta.concrete_fields:
                if field.is_relation and field.column in columns and not field.remote_field.hidden:
                    yield _way(field.remote_field.get_accessor_name(), model, field.name, field.related_model)

    def _many_to_many(self, sql: str, columns):
        used = tables(sql)
        for model in self._models.values():
            for field in model._meta.local_many_to_many:
                if field.m2m_db_table() not in used:
                    continue
                if field.m2m_column_name() in columns:
                    yield _way(field.name, field.related_model, field.related_query_name(), model)
                elif field.m2m_reverse_name() in columns and not field.remote_field.hidden:
                    yield _way(field.remote_field.get_accessor_name(), model, field.name, field.related_model)

    def _generic(self, sql: str, columns):
        used = tables(sql)
        for model in self._models.values():
            for field in model._meta.private_fields:
                if (
                    not hasattr(field, "object_id_field_name")
                    or field.related_model._meta.db_table not in used
                ):
                    continue
                if field.object_id_field_name in columns:
                    yield _way(field.name, field.related_model, field.object_id_field_name, model)


def _way(accessor: str, model, back: str, owner) -> tuple[str, str, str, str]:
    return accessor, model.__name__, back, owner._meta.db_table


def _models_by_table() -> dict:
    from django.apps import apps

    if not apps.models_ready:
        return {}
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }


def _mentioned(names, texts) -> str | None:
    for text in texts:
        for name in names:
            if re.search(rf"\b{re.escape(name)}\b", text):
                return name
    return None
