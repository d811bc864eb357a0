"""The listeners of the load balancer and of the gateway's nodes, by what costs no limiter's budget."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.observables import connection, get, statistics
from atalaia.environment import Environment
from probes.expected import Expected
from probes.kinds.tcp import Tcp
from probes.planning import instances
from probes.planning.asking import asked
from probes.planning.draft import Draft

_STATISTICS = Expected(body="^# pxname")
"""How HAProxy's statistics begin."""


def drafts(environment: Environment) -> Iterator[Draft]:
    """The hops' probes. A connection alone is no request: HAProxy's and Kong's limiters count requests."""
    if balancer := environment.load_balancer:
        yield _listening(environment, "load-balancer")
        if balancer.stats:
            yield asked("load-balancer-stats", statistics(environment), _STATISTICS)
    if environment.gateway is None:
        return
    for node, index in environment.gateway_nodes().items():
        yield _listening(environment, f"{node}-proxy")
        yield asked(f"{node}-admin", get(environment, f"{node}-admin", "/status"))
        if environment.gateway.nodes[index].status:
            yield asked(f"{node}-status", get(environment, f"{node}-status", "/status/ready"))
    if environment.gateway.manager:
        yield _listening(environment, "kong-manager")


def _listening(environment: Environment, endpoint: str) -> Draft:
    listener = connection(environment, endpoint)
    return Draft(endpoint, "tcp", instances.of_address(listener.url), listener.hop, Tcp(listener.url))
