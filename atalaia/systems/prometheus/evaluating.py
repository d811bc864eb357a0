"""Ask Prometheus for its rules until they are evaluated: the effect of EvaluatedRules."""

from __future__ import annotations

import asyncio
import time

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.clock import answered_at
from atalaia.systems.prometheus.evaluated import EvaluatedRules
from atalaia.systems.prometheus.rules_api import NEVER, Loaded, read_rules

_BETWEEN = 0.2


async def read_evaluated(observable: EvaluatedRules, network: Network) -> Exchange:
    """The rules with all groups evaluated in time, or as they were when the time was over."""
    deadline = time.monotonic() + observable.within
    async with Client(network.of(observable.client)) as client:
        while True:
            found = await client.exchange(observable.rules)
            groups = read_rules(found.response.body if found.response else b"")
            if isinstance(groups, Unreadable) or time.monotonic() > deadline:
                return found
            if not any(unsettled(group, answered_at(found), observable.within) for group in groups):
                return found
            await asyncio.sleep(_BETWEEN)


def unsettled(group: Loaded, now: float, within: float) -> bool:
    """Whether another look, within so many seconds, may tell something else of a group."""
    if group.interval > within:
        return False
    return group.late(now) or (group.evaluated == NEVER and bool(group.group.rules))
