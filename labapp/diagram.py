"""The models of an app as a picture: a Mermaid diagram, which JupyterLab draws by itself."""

import json
from io import StringIO

# How many of the model that declares the relation belong to one of the other.
NEAR_END = {"ForeignKey": "}o", "OneToOneField": "|o", "ManyToManyField": "}o"}


class Diagram:
    """An entity-relationship diagram. `text` is its Mermaid source; a notebook shows the picture."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/vnd.mermaid": self.text, "text/plain": self.text}


def diagram(*apps, fields=False):
    """
    The Diagram of these apps' models ("pinsta" without any), read from django-extensions' `graph_models`.

    With `fields` each model lists its columns.
    """
    from django.core.management import call_command

    out = StringIO()
    call_command("graph_models", *(apps or ["pinsta"]), json=True, stdout=out)
    graphs = json.loads(out.getvalue())["graphs"]
    models = [model for graph in graphs for model in graph["models"]]
    lines = [line for model in models for line in _entity(model, fields)]
    lines += [line for model in models for line in _relations(model)]
    return Diagram("\n".join(["erDiagram", *lines]))


def _entity(model, fields):
    """The lines of one model."""
    if not fields:
        return [f"    {model['name']}"]
    columns = (field for field in model["fields"] if field["type"] != "ManyToManyField")
    rows = [f"        {field['type'].split()[0]} {field['name']}{_key(field)}" for field in columns]
    return [f"    {model['name']} {{", *rows, "    }"]


def _key(field):
    """How Mermaid marks a key."""
    if field["primary_key"]:
        return " PK"
    return " FK" if field["relation"] else ""


def _relations(model):
    """The lines from this model to others, each with the name of the field that makes it."""
    optional = {field["name"] for field in model["fields"] if field["blank"]}
    for relation in model["relations"]:
        kind = relation["type"].split()[0]
        if kind in NEAR_END:  # not "inheritance"
            far = "o{" if kind == "ManyToManyField" else "o|" if relation["name"] in optional else "||"
            yield f"    {model['name']} {NEAR_END[kind]}--{far} {relation['target']} : {relation['name']}"
