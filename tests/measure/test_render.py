import re
from html.parser import HTMLParser

import pytest

from labapp.measure import render_html
from labapp.measure.look import CSS
from tests.measure import results
from tests.measure.results import measurement, result


class Rows(HTMLParser):
    """The text of each cell, and the void or unclosed tags that do not belong."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.titles = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag in ("br", "col", "meta"):
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.titles += [value for name, value in attrs if name == "title"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def rows(made):
    return Rows(render_html.table(made)).rows


def text_of(made, variant):
    return next(row for row in rows(made) if variant in row[0])


def test_a_row_of_every_sort():
    made = result()
    assert [len(row) for row in rows(made)] == [7, 7, 7, 7, 6, 4, 4]
    assert text_of(made, "naive")[1] == "61"
    assert text_of(made, "naive")[5:] == ["baseline", "reference"]
    assert re.fullmatch(r"2\d\.\d× faster2\d\.\d–2\d\.\d", text_of(made, "joined")[5])
    assert text_of(made, "joined")[6] == "✓ same"
    assert text_of(made, "again")[5].startswith("no difference seen")
    assert text_of(made, "broken")[3] == "✗ ValueError: <b>no</b>. In [7], line 3"
    assert text_of(made, "newer")[3] == "needs Django 6.1, this is 5.2.19"


def test_another_result_is_never_faster():
    mine = text_of(result(), "mine")
    assert mine[5:] == ["✗ 1 row missingnot compared"]
    assert "faster" not in " ".join(mine)
    line = next(line for line in str(result()).splitlines() if line.startswith("mine"))
    assert "faster" not in line


def test_not_even_with_a_comparison_left_over():
    made = result()
    made["joined"].same, made["joined"].difference = False, "2 rows too many"
    assert text_of(made, "joined")[5:] == ["✗ 2 rows too manynot compared"]


def test_before_the_rounds_one_run_is_called_one_run():
    made = result(
        measurements=[measurement("naive", baseline=True, same=True), measurement("joined", same=True)]
    )
    assert text_of(made, "joined")[4:] == ["1.50 msone run", "…", "✓ same"]
    assert "recorder included" in render_html.table(made)


def test_too_few_rounds_claim_nothing():
    joined = text_of(result(rounds=3), "joined")
    assert joined[4].endswith("3 so far")
    assert joined[5].startswith("too few rounds")
    assert "±" not in joined[4]


def test_a_variant_that_waits():
    made = result(measurements=[measurement("naive", baseline=True, recording=None)])
    assert text_of(made, "naive")[1:] == ["…", "…", "", "…", "baseline", "…"]


def test_without_a_baseline_nothing_is_compared():
    made = result(measurements=[measurement("one", 3), measurement("other", 4)])
    assert text_of(made, "other")[5:] == ["not compared", "not compared"]


def test_everything_is_escaped():
    nasty = "<script>alert(1)</script>\"'"
    texts = {"caption": nasty, "difference": nasty, "note": nasty, "colour": nasty}
    row = measurement(nasty, 3, same=False, **texts)
    made = result(question=nasty, status=nasty, includes=[nasty], measurements=[row])
    for text in (render_html.table(made), made._repr_html_()):
        assert "<script" not in text
        Rows(text)


def test_heads_have_a_scope_and_the_status_a_role():
    text = render_html.table(result())
    assert text.count('scope="col"') == 7
    assert text.count('scope="row"') == 6
    assert 'role="status"' in text
    assert "aria-label" in text
    assert 'role="status"' not in render_html.table(result(), status=False)


def test_what_is_cut_can_be_read_in_the_title():
    long = "a caption that is much longer than the room that there is for it in the table of the panel"
    made = result(measurements=[measurement("naive", 3, caption=long, baseline=True)])
    assert any(long in title for title in Rows(render_html.table(made)).titles)


def test_a_bar_can_be_seen_beside_one_that_is_very_much_longer():
    assert "min-width:2px" in CSS
    made = result(measurements=[measurement("slow", 3000, baseline=True), measurement("fast", 0.05)])
    assert re.search(r"width:0\.00\d+%", render_html.table(made))


def test_rows_of_an_earlier_setting_are_dimmed():
    text = render_html.table(result(), old={"joined"})
    assert text.count('class="dsl-old"') == 1


def test_footnotes_say_what_is_included():
    made = result()
    made["joined"].repeats = 40
    text = render_html.table(made)
    assert "Simulated waiting is included" in text
    assert "run several times a round and show their mean" in text
    assert "Garbage collection" in text
    plain = result(measurements=[measurement("naive", 3, baseline=True)], includes=["Rendering is included"])
    assert "Rendering is included" in render_html.table(plain)
    plain["naive"].recording.queries[0].wait_ms = 0.002
    assert "Simulated" not in render_html.table(plain)


def wide():
    """Twelve variants, long names, long captions, times from 0.1 ms to a second."""
    measurements = [
        measurement(f"a_variant_whose_name_has_forty_char_{place:04}", 10.0 ** (place % 5 - 1), place=place)
        for place in range(12)
    ]
    for each in measurements:
        each.same, each.baseline, each.caption = True, each is measurements[0], "c" * 90
    return results.compared(result(measurements=measurements))


@pytest.mark.parametrize("made", [result(), result(rounds=3), wide()], ids=["whole", "early", "wide"])
def test_text_fits_a_terminal(made):
    text = str(made)
    assert max(map(len, text.splitlines())) <= 100
    assert made.question in text
    assert all(each.variant[:8] in text for each in made.measurements)


def test_text_says_in_full_what_it_cut():
    assert "broken: ✗ ValueError: <b>no</b>. In [7], line 3" in str(result())


def test_growth_in_words():
    text = str(results.growth())
    assert re.search(r"naive +1 \+ 2n +about 3\.?\d* \+ [12]\.?\d*n", text)
    assert max(map(len, text.splitlines())) <= 100
