"""Figures from elsewhere: never shown without where and when, whole or not at all."""

import re

import pytest

from labapp.reference import Column, NoReference, Reference, reference

NAMES = ("chaining", "instances", "claims", "write_cost")


@pytest.fixture
def folder(tmp_path, settings_of_data):
    settings_of_data(tmp_path)
    (tmp_path / "reference").mkdir()
    return tmp_path / "reference"


@pytest.fixture
def settings_of_data(monkeypatch):
    from django.conf import settings

    return lambda path: monkeypatch.setattr(settings, "DATA_DIR", path)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_labelled_with_its_origin_in_every_form(name):
    found = reference(name)
    assert found.origin["machine"] and found.origin["how"]
    assert re.fullmatch(r"20\d\d-[01]\d(-[0-3]\d)?", found.origin["date"])
    for form in (str(found), repr(found), found._repr_html_()):
        assert "Not measured here: " in form
        assert found.origin["machine"] in form and found.origin["date"] in form
        assert found.origin["how"].split(":")[0] in form


@pytest.mark.parametrize("name", NAMES)
def test_a_column_that_is_shown_is_in_the_rows_and_all_of_them_are_in_the_frame(name):
    found = reference(name)
    frame = found.to_frame()
    assert {column.name for column in found.columns} <= set(frame.columns)
    assert len(frame) == len(found.rows) > 3
    assert frame.attrs["origin"] == found.origin


def test_figures_keep_their_size_and_an_unknown_one_is_a_dash():
    column = Column("rate", "rate", "a second", bar=True)
    assert [column.text(value) for value in (326_000, 13.25, 1.4)] == ["326,000", "13.2", "1.40"]
    assert [column.text(value) for value in (None, "6.1.3")] == ["–", "6.1.3"]
    origin = {"machine": "m", "date": "d", "how": "h"}
    table = Reference("A table", origin, [column], [{"rate": 4}, {"rate": 1}])
    assert "width:100%" in table._repr_html_() and "width:25%" in table._repr_html_()


def test_what_is_in_a_file_is_text_and_never_markup():
    column = Column("name", "<b>name</b>")
    table = Reference("<i>", {"machine": "<u>", "date": "d", "how": "<s>"}, [column], [{"name": "<p>"}])
    assert not any(tag in table._repr_html_() for tag in ("<i>", "<u>", "<s>", "<p>"))


def test_a_row_is_found_by_its_values():
    assert reference("chaining").row(python="3.13.0")["django"].startswith("6.1")
    with pytest.raises(NoReference, match="has no row with"):
        reference("chaining").row(django="0.9")


def test_a_file_that_is_missing_or_damaged_is_one_sentence(folder):
    with pytest.raises(NoReference, match=r"There is no .*chaining\.json: take it from the repository\."):
        reference("chaining")
    for damaged in ("{", "[]", '{"title": "t"}', '{"columns": [{"nom": 1}]}'):
        (folder / "chaining.json").write_text(damaged)
        with pytest.raises(NoReference, match=r"chaining\.json is damaged \(.*\): take it"):
            reference("chaining")
