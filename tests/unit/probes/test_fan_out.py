"""Addresses of one name, and a quorum over them."""

from __future__ import annotations

import pytest

from probes.fan_out import combined
from probes.model import Attempt, Reason

GOOD = Attempt(True, duration=0.01, phases={"connect": 0.01}, facts={"probe_http_status_code": 200.0})
SLOW = Attempt(True, duration=0.9, phases={"connect": 0.9}, facts={"probe_http_status_code": 200.0})
BAD = Attempt(False, Reason.REFUSED, "connection refused", duration=0.001)


@pytest.mark.parametrize(
    ("attempts", "quorum", "success", "reason"),
    [
        ({"10.0.0.1": GOOD, "10.0.0.2": SLOW}, None, True, None),
        ({"10.0.0.1": GOOD, "10.0.0.2": BAD}, None, False, Reason.QUORUM),
        ({"10.0.0.1": GOOD, "10.0.0.2": BAD}, 1, True, None),
        ({"10.0.0.1": BAD, "10.0.0.2": BAD}, 1, False, Reason.REFUSED),
        ({"10.0.0.1": GOOD}, 2, False, Reason.QUORUM),
    ],
)
def test_so_many_must_do(
    attempts: dict[str, Attempt], quorum: int | None, success: bool, reason: Reason | None
) -> None:
    together = combined(attempts, quorum)
    assert (together.success, together.reason) == (success, reason)
    assert together.facts["atalaia_probe_addresses"] == len(attempts)
    good = sum(attempt.success for attempt in attempts.values())
    assert together.facts["atalaia_probe_addresses_successful"] == good
    assert bool(together.detail) is not success


def test_the_slowest_good_one_tells_the_phases() -> None:
    assert combined({"10.0.0.1": GOOD, "10.0.0.2": SLOW}, None).phases == SLOW.phases


def test_the_addresses_that_fail_are_named() -> None:
    detail = combined({"10.0.0.1": GOOD, "10.0.0.2": BAD}, None).detail
    assert detail == "1 of 2 addresses do, 2 must; 10.0.0.2: connection refused"
