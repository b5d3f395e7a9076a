"""A Stream as plain data for JSON: its requests, its work and its jobs as columns."""

from collections import namedtuple

from .stream import Stream

COLUMNS = ("requests", "work", "marks", "jobs", "early_jobs")
TURNS = ("turns", "drains")
WORKED_OUT = ("same", "difference", "comparison")


def stream_to(stream: Stream) -> dict:
    """Plain data; what follows from the requests is left out."""
    names = [name for name in stream.__dataclass_fields__ if name not in WORKED_OUT]
    data = {name: getattr(stream, name) for name in names}
    return data | {name: columns(data[name]) for name in COLUMNS}


def stream_from(data: dict) -> Stream:
    """What stream_to() gave."""
    data = {name: data[name] for name in Stream.__dataclass_fields__ if name in data}
    data |= {name: records(data[name], name) for name in COLUMNS if name in data}
    data |= {name: [(began, ended) for began, ended in data[name]] for name in TURNS if name in data}
    return Stream(**data)


def columns(records: list) -> dict[str, list]:
    """{field: its values} of named tuples."""
    if not records:
        return {}
    values = zip(*records, strict=True)
    return {name: list(each) for name, each in zip(records[0]._fields, values, strict=True)}


def records(columns: dict[str, list], name: str) -> list:
    """The named tuples that columns() came from; ValueError where the columns are not equally long."""
    kind = namedtuple(name, columns)
    return [kind(*values) for values in zip(*columns.values(), strict=True)]
