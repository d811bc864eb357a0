"""The detection matrix of the gateway suites, out of its five areas."""

from __future__ import annotations

from atalaia.checks.catalogue import CONNECTIVITY, GATEWAY, by_id
from atalaia.checks.check import Check
from atalaia.environment import Effect
from tests.matrix import authentication, cors, headers, rate_limits, routing

MATRIX: dict[str, set[str]] = {
    name: row
    for area in (routing, rate_limits, cors, headers, authentication)
    for name, row in area.MATRIX.items()
}
"""Fault → exactly the check@target that must fail; everything else passes, or is blocked by one of these."""

_BOTH = CONNECTIVITY + GATEWAY
_READING = tuple(check for check in _BOTH if check.effect is Effect.READS)


def checks_at_work(row: set[str]) -> tuple[Check, ...]:
    """Every check of both, but those that use limiters up only where the row names one of them."""
    named = {by_id(identity.partition("@")[0]) for identity in row}
    return _READING if named <= set(_READING) else _BOTH
