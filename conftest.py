"""With CI=true a skipped test is a failed test; tests/requires.py knows the exceptions."""

import pytest

from tests.requires import refuse_skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return refuse_skip((yield))
