"""The guilty hop: of probes that send the same request to different hops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from atalaia.exchange.hop import Hop
from probes.model import ProbeResult, Reason

INWARDS = (Hop.LOAD_BALANCER, Hop.GATEWAY, Hop.SERVICE, Hop.STORE)
"""The hops of a request, from the outermost on."""
_SAY_NOTHING = {Reason.UNMEASURED, Reason.BLOCKED, Reason.DEFECT}
"""Failures that accuse no hop."""


def attribute(results: Iterable[ProbeResult]) -> Mapping[str, Hop]:
    """Group → the innermost hop that fails, where any does: what is behind it does not, or is not probed.

    A hop of several (nodes of a gateway, addresses) fails where one of them does. Failures that are
    ours, and probes of no group, accuse nobody.
    """
    failing: dict[str, set[Hop]] = defaultdict(set)
    for result in results:
        if not result.planned.group or result.success or result.last.reason in _SAY_NOTHING:
            continue
        failing[result.planned.group].add(result.planned.hop)
    return {
        group: max(known, key=INWARDS.index)
        for group, hops in failing.items()
        if (known := hops.intersection(INWARDS))
    }
