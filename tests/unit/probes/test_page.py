"""A page that would be refused, or would do harm where it is taken, is not pushed."""

from __future__ import annotations

import pytest

from atalaia.errors import DeliveryError
from probes.exposition import expose
from probes.page import problems, validate
from probes.vantage import Vantage
from tests.support.probe_examples import example
from tests.support.probe_runs import VANTAGE

PAGE = expose(*example("http"))


def test_our_own_page_is_good() -> None:
    validate(PAGE, VANTAGE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("} 1\n", "} 1 1795000000000\n", "timestamp"),
        ("} 1\n", "} NaN\n", "no finite number"),
        ("} 1\n", "} 1\r\n", "no sample"),
        ("} 1\n", "} one\n", "no sample"),
        ("# TYPE probe_success gauge\n", "# TYPE probe_success counter\n", "another type"),
        ("# TYPE probe_success gauge\n", "", "apart from its TYPE"),
        ("# HELP probe_success ", "# HELP go_goroutines ", "no metric of ours"),
        ('environment="atendeai"', 'environment="other"', "not of this environment"),
        (',kind="http"', "", "has the labels"),
        (',kind="http"', ',kind="http",pod="x7f"', "has the labels"),
        (
            'probe="chat via kong",kind="http",instance="http://chat.test:3003/health",hop="gateway"',
            'probe="chat",kind="http",instance="http://chat.test:3003/health",hop="service"',
            "twice",
        ),
        ('probe="chat"', 'probe="chat\\x"', "cannot be read"),
        ('probe="chat"', 'probe="chat" ', "cannot be read"),
        ('probe="chat"', 'probe="ch"at"', "cannot be read"),
        ("probe_duration_seconds{", "probe_success{", "apart from its TYPE"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, told: str) -> None:
    changed = PAGE.replace(old, new, 1) if told != "twice" else PAGE.replace(old, new)
    assert changed != PAGE
    found = list(problems(changed, VANTAGE))
    assert any(told in problem and problem.startswith("line ") for problem in found), found


def test_a_page_that_was_cut_is_not_pushed() -> None:
    with pytest.raises(DeliveryError, match="the last line does not end"):
        validate(PAGE[:-1], VANTAGE)


def test_nobody_elses_group_is_touched() -> None:
    with pytest.raises(DeliveryError, match="nothing was pushed"):
        validate(PAGE, Vantage("atendeai", "gru", "0/2"))


def test_an_empty_page_is_none() -> None:
    with pytest.raises(DeliveryError):
        validate("", VANTAGE)
