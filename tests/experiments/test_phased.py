"""The two phases of a page: what is signed comes back, and nothing else."""

import logging

import pytest
from django.core import signing
from django.utils.safestring import mark_safe

from labapp.experiments.caching.phased import SALT, filled, hole


def told(**carried):
    """What fills a hole: what it carried, said."""
    return f"[{carried}]"


def test_each_hole_is_filled_with_what_it_carries():
    page = f"<p>{hole(name='bar')} and {hole(name='photos', size=3)}</p>"
    assert filled(page, told) == "<p>[{'name': 'bar'}] and [{'name': 'photos', 'size': 3}]</p>"


def forged():
    """Holes that this site did not make: another key, another salt, changed, pickled, nonsense."""
    ours = hole(name="bar")
    pickled = "gASVIQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAZlY2hvIGGUhZRSlC4"
    return {
        "another key": f"<!--hole:{signing.dumps({'name': 'bar'}, key='guessed', salt=SALT)}-->",
        "another salt": f"<!--hole:{signing.dumps({'name': 'bar'})}-->",
        "changed": ours.replace("hole:ey", "hole:eY"),
        "cut": ours.replace(ours[-8:], "-->"),
        "pickled": f"<!--hole:{pickled}-->",
        "empty": "<!--hole:-->",
    }


@pytest.mark.parametrize("kind", forged())
def test_a_hole_that_is_not_ours_stays_empty_and_is_logged(kind, caplog):
    with caplog.at_level(logging.WARNING, logger="django.security.phased"):
        assert filled(f"<p>{forged()[kind]}</p>", told) == "<p></p>"
    assert "not signed by this site" in caplog.text


def test_what_fills_a_hole_is_not_searched_for_holes():
    inner = hole(name="secret")
    assert filled(hole(name="caption"), lambda name: mark_safe(inner)) == inner


def test_only_what_json_can_hold_is_carried():
    with pytest.raises(TypeError):
        hole(user=object())
