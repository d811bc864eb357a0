"""Every fault of connectivity with all gateway checks at work, too: what no longer holds misleads nobody.

A gateway check passes, is blocked, is skipped, decides nothing and says why; or it fails because the fault
really breaks what it promises: those are declared here.
"""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import CONNECTIVITY, GATEWAY
from atalaia.run.results import Outcome
from tests.matrix import connectivity
from tests.matrix.playing import results_of_fault, told
from tests.matrix.stage import Stage
from tests.support.sandboxes import state_directory

_API = tuple(
    f"/api/v1/{name}"
    for name in ("users", "clinics", "conversations", "appointments", "whatsapp", "calendar")
)
_WITHOUT_STORE = {"route.unanswered@/api/v1/auth", *(f"limiter.not-enforced@{route}" for route in _API)}
"""Kong gets nothing out of that Redis: logins are answered 500, and everything else passes."""
RIGHTLY: dict[str, set[str]] = {
    # The second node got another consumer in the place of the one that kong.yml has.
    "kong-nodes-differ": {"declaration.missing@kong-2", "declaration.extra@kong-2"},
    "route-wrong-service": {
        "route.leads-elsewhere@/api/v1/auth",
        "route.leads-elsewhere@/api/v1/auth/health",
    },
    "route-missing": {"route.not-in-file@/api/v1/health"},
    # Another spelling of the path that HAProxy refuses gets through.
    "haproxy-path-refused": {"route.spelling-bypasses@/api/v1/users via load-balancer"},
    "redis-replica": _WITHOUT_STORE,
}
"""Fault → what gateway checks rightly find beside the row of connectivity."""
PERHAPS: dict[str, set[str]] = {"redis-open": _WITHOUT_STORE}
"""The same where Kong has to connect anew meanwhile: a Redis without a password refuses one that is sent."""


@pytest.fixture(scope="session")
def quick_stage():
    with state_directory():
        yield Stage("short")


@pytest.mark.parametrize("name", connectivity.MATRIX)
def test_a_fault_of_connectivity_misleads_no_gateway_check(quick_stage, tmp_path, name):
    results = results_of_fault(quick_stage, name, CONNECTIVITY + GATEWAY, tmp_path)
    failed = {each.identity: each for each in results if each.outcome is Outcome.FAILED}
    expected = connectivity.MATRIX[name] | RIGHTLY.get(name, set())
    perhaps = PERHAPS.get(name, set())
    assert set(failed) - perhaps == expected, told(
        failed[identity] for identity in sorted(set(failed) - expected)
    )
    roots = {each.blocked_by for each in results if each.outcome is Outcome.BLOCKED}
    undecided = [each for each in results if each.outcome is Outcome.INCONCLUSIVE]
    assert all(each.reason for each in undecided), told(undecided)
    known = expected | perhaps | {each.identity for each in undecided}
    assert roots <= known, f"what is blocked comes down to what is broken, or undecided: {roots - known}"


def test_what_is_rightly_found_is_a_gateway_checks():
    ids = {check.id for check in GATEWAY}
    declared = (*RIGHTLY.items(), *PERHAPS.items())
    assert {name for name, _ in declared} <= set(connectivity.MATRIX)
    assert {identity.partition("@")[0] for _, found in declared for identity in found} <= ids
