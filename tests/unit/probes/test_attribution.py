"""The guilty hop is the innermost that fails."""

from __future__ import annotations

import pytest

from atalaia.exchange.hop import Hop
from probes.attribution import attribute
from probes.model import ProbeResult, Reason
from tests.support.probe_runs import failed, planned, worked

FRONT, GATEWAY, SERVICE = Hop.LOAD_BALANCER, Hop.GATEWAY, Hop.SERVICE


def _result(hop: Hop, *, good: bool, name: str = "", reason: Reason = Reason.STATUS) -> ProbeResult:
    probe = planned(name or f"users via {hop}", hop=hop, group="users")
    return worked(probe) if good else failed(probe, reason=reason)


@pytest.mark.parametrize(
    ("front", "gateway", "service", "guilty"),
    [
        (True, True, True, None),
        (False, True, True, FRONT),
        (False, False, True, GATEWAY),
        (True, False, True, GATEWAY),
        (False, False, False, SERVICE),
        (True, True, False, SERVICE),
    ],
)
def test_the_innermost_hop_that_fails(front: bool, gateway: bool, service: bool, guilty: Hop | None) -> None:
    results = [
        _result(FRONT, good=front),
        _result(GATEWAY, good=gateway),
        _result(SERVICE, good=service),
    ]
    assert attribute(results) == ({"users": guilty} if guilty else {})
    assert attribute(reversed(results)) == attribute(results)


def test_one_sick_node_of_two_makes_its_hop_guilty() -> None:
    nodes = [
        _result(GATEWAY, good=good, name=f"users via {node}") for node, good in (("a", True), ("b", False))
    ]
    assert attribute([*nodes, _result(SERVICE, good=True)]) == {"users": GATEWAY}


@pytest.mark.parametrize("reason", [Reason.UNMEASURED, Reason.DEFECT, Reason.BLOCKED])
def test_what_could_not_be_measured_accuses_nobody(reason: Reason) -> None:
    assert attribute([_result(SERVICE, good=False, reason=reason)]) == {}
    both = [_result(SERVICE, good=False, reason=reason), _result(FRONT, good=False)]
    assert attribute(both) == {"users": FRONT}


def test_probes_of_no_group_accuse_nobody() -> None:
    assert attribute([failed(planned(hop=SERVICE))]) == {}
