"""The catalogue of cases: what is true by the oracle (5 rows against 10), and what the findings say."""

import shutil

import pytest
from django.apps import apps
from django.db import connection

from labapp import databases
from tests.cases import (  # noqa: F401  (they register their cases)
    awkward,
    negative_batches,
    negative_code,
    positive,
    positive_elsewhere,
    positive_writes,
    second_look,
    second_look_negative,
    second_look_writes,
)
from tests.cases.catalogue import NEGATIVE, POSITIVE
from tests.cases.judge import SIZES, missing, reads_and_writes, run

VERDICTS = {"found": [], "missed": [], "silent": [], "false alarm": []}


def names(case):
    return case.name


def judge(case):
    """Run the case at both sizes; return what is wrong with the catalogue's claims or the findings."""
    recordings = [run(case, n) for n in SIZES]
    small, large = map(reads_and_writes, recordings)
    wrong = (
        []
        if (large > small) is case.grows
        else [f"it claims grows={case.grows}: {small}, then {large} queries"]
    )
    for n, recording in zip(SIZES, recordings, strict=True):
        if case.kind:
            wrong += missing(case, n, recording)
        else:
            wrong += [f"with {n} rows: {finding}" for finding in recording.findings()]
    return wrong


@pytest.mark.parametrize("case", POSITIVE, ids=names)
def test_a_true_case_is_found(case, shop_db):
    wrong = judge(case)
    VERDICTS["missed" if wrong else "found"].append(case.name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", NEGATIVE, ids=names)
def test_an_honest_case_raises_no_alarm(case, shop_db):
    wrong = judge(case)
    VERDICTS["false alarm" if wrong else "silent"].append(case.name)
    assert not wrong, "\n".join(wrong)


def test_recall_and_precision(capsys):
    """Prints both over the cases that ran before it."""
    found, missed, alarms = (len(VERDICTS[name]) for name in ("found", "missed", "false alarm"))
    if not found:
        pytest.skip("no case ran before this, so there is nothing to sum up") if not missed else None
    recall, precision = found / (found + missed), found / (found + alarms)
    with capsys.disabled():
        print(f"\nfindings: recall {recall:.3f}, precision {precision:.3f} ", end="")
        print(f"({found + missed} positive cases, {len(VERDICTS['silent']) + alarms} negative)")
    assert (recall, precision) == (1, 1)


def test_the_catalogue_is_large_enough():
    assert len(POSITIVE) >= 45 and len(NEGATIVE) >= 30
    assert len({case.name for case in POSITIVE + NEGATIVE}) == len(POSITIVE) + len(NEGATIVE)


@pytest.fixture
def shop_on_postgres(postgres_db, shop_tables, tmp_path):
    """The shop's tables behind "default" on PostgreSQL, and behind "other" on SQLite."""
    shutil.copyfile(shop_tables, tmp_path / "other.sqlite3")
    other = databases.use(tmp_path / "other.sqlite3", "other")
    with connection.schema_editor() as editor:
        for app in ("contenttypes", "auth", "sessions", "shop"):
            for model in apps.get_app_config(app).get_models():
                editor.create_model(model)
    yield
    databases.use(None, "other")
    other.close()


@pytest.mark.timeout(600)
def test_the_catalogue_on_postgresql(shop_on_postgres):
    wrong = {case.name: judge(case) for case in POSITIVE + NEGATIVE}
    assert {name: said for name, said in wrong.items() if said} == {}
