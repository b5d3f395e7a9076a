import re

import pytest

from tests.measure import results

ELSEWHERE = re.compile(r"""\b(?:src|href|action|data)=["'](?!#)|url\((?!#)|@import|<link|<script|<iframe""")


@pytest.fixture(params=["result", "growth"])
def page(request, tmp_path):
    made = results.result() if request.param == "result" else results.growth()
    return made.to_html(tmp_path / "page.html").read_text()


def test_it_asks_for_nothing_from_anywhere(page):
    assert [page[found.start() : found.end() + 60] for found in ELSEWHERE.finditer(page)] == []


def test_it_is_light_and_dark(page):
    assert "prefers-color-scheme:dark" in page
    assert "color-scheme:light dark" in page


def test_it_says_where_it_was_measured(page):
    for value in results.ENVIRONMENT.values():
        assert str(value) in page


def test_a_result_is_there_whole(tmp_path):
    made = results.result()
    page = made.to_html(tmp_path / "page.html").read_text()
    assert made.question in page
    assert "feed: photos = 30, round_trip = 2.0" in page
    assert "talk 4.1" in page
    assert "✗ 1 row missing" in page
    assert "Timeline of one run" in page
    assert "SELECT id FROM photo" in page
    assert "def joined():" in page
    assert f"<td>{made['naive'].samples_ms[7]:.4f}</td>" in page
    assert "ValueError: &lt;b&gt;no" in page


def test_a_result_without_recordings_or_rounds(tmp_path):
    made = results.result(measurements=[results.measurement("naive", recording=None)])
    page = made.to_html(tmp_path / "page.html").read_text()
    assert "Timeline" not in page
    assert "Each round" not in page
