"""A certificate's faults, and its last days."""

from __future__ import annotations

import time
from typing import Any

import pytest

from atalaia.exchange.exchange import Certificate
from tests.support.imagined import environment
from tests.unit.checks.connectivity.judging import judge, only, why

NOW = time.time()
DAY = 86400.0


def certificate(**changes: Any) -> Certificate:
    return Certificate(
        **({"subject": "front.test", "not_before": NOW - DAY, "not_after": NOW + 90 * DAY} | changes)
    )


@pytest.mark.parametrize(
    ("check_id", "changes", "observed"),
    [
        ("tls.expired", {"not_after": 86400.0}, "expired on 1970-01-02 00:00 UTC"),
        (
            "tls.expired",
            {"not_before": 4102444800.0, "not_after": 4.2e9},
            "valid only from 2100-01-01 00:00 UTC",
        ),
        ("tls.wrong-name", {"name_error": "no", "names": ("a.test", "b.test")}, "one for a.test, b.test"),
        ("tls.wrong-name", {"name_error": "no"}, "one for front.test"),
        ("tls.chain-incomplete", {"chain_error": "self-signed certificate"}, "self-signed certificate"),
    ],
)
def test_a_certificates_fault_is_told(check_id, changes, observed):
    assert only(judge(check_id, "load-balancer-tls", certificate(**changes))).observed == observed


def test_the_margin_is_the_environments():
    soon = certificate(not_after=NOW + 20 * DAY)
    found = only(judge("tls.expiring", "load-balancer-tls", soon))
    assert found.expected == "a certificate valid for at least 30d more"
    assert found.observed.endswith("in 20.0 days")
    relaxed = environment(tls={"expires_after": "7d"})
    assert judge("tls.expiring", "load-balancer-tls", soon, declared=relaxed) == []


def test_a_certificate_without_readable_dates_decides_nothing():
    assert why(judge("tls.expired", "load-balancer-tls", certificate(not_after=None)))
