import re

import pytest

from labapp.diagram import diagram
from labapp.pinsta import models


def test_every_model_and_every_relation_of_pinsta_is_in_it():
    lines = diagram().text.splitlines()
    assert lines[0] == "erDiagram"
    for model in (models.Photo, models.Comment, models.Like, models.Notification, models.Profile):
        assert f"    {model.__name__}" in lines
    assert "    Photo }o--|| User : author" in lines
    assert "    Profile |o--|| User : user" in lines
    assert "    Comment }o--o| Comment : parent" in lines


def test_columns_on_request():
    text = diagram(fields=True).text
    assert "        BigAutoField id PK" in text
    assert "        ForeignKey author FK" in text
    assert "        CharField caption\n" in text


@pytest.mark.parametrize("fields", [False, True])
def test_it_is_mermaid_for_any_app(fields):
    entity = r"    \w+( \{(\n        \w+ \w+( PK| FK)?)*\n    \})?"
    relation = r"    \w+ (\}o|\|o)--(o\||\|\||o\{) \w+ : \w+"
    text = diagram("pinsta", "auth", "shop", fields=fields).text
    assert re.fullmatch(rf"erDiagram(\n({entity}|{relation}))+", text)


def test_jupyterlab_gets_what_it_draws():
    shown = diagram()._repr_mimebundle_()
    assert shown["text/vnd.mermaid"].startswith("erDiagram\n") and str(diagram()) == shown["text/plain"]
