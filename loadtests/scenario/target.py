"""Where a scenario sends its requests: one address of the environment, and nothing else ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.checks.routes import FRONT
from atalaia.environment import Environment, Url
from atalaia.environment.endpoints import endpoints
from atalaia.environment.faults import did_you_mean, listed
from atalaia.exchange.cost import Cost
from atalaia.systems.limits import front_costs, gateway_costs
from loadtests.scenario.mistake import Mistake


@dataclass(frozen=True)
class Target:
    """An address, and what stands on the way behind it."""

    endpoint: str
    """As `endpoints` names it: load-balancer, kong-1-proxy, a service."""
    url: Url
    gateway: bool
    """Whether requests pass the gateway, so that the environment's routes tell about them."""

    @property
    def base(self) -> str:
        """Scheme, host and port."""
        return self.url.origin

    def path(self, path: str) -> str:
        """A path as it is sent: below the address's own."""
        return self.url.path + path

    def costs(self, environment: Environment, path: str, method: str) -> tuple[Cost, ...]:
        """What a request takes of the limiters on its way."""
        if self.endpoint.startswith(FRONT):
            return front_costs(environment, self.path(path), method)
        return gateway_costs(environment, self.path(path), method) if self.gateway else ()


def target_of(at: str | None, environment: Environment) -> Target:
    """The address that a scenario means. Raises Mistake where the environment declares no such one."""
    there = dict(_names(environment))
    if at is None:
        fronts = [name for name in there.values() if name == FRONT or name.endswith("-proxy")]
        chosen = fronts[0] if fronts else next(iter(there.values())) if len(there) == 1 else None
        if chosen is None:
            what = f"the environment {environment.name} does not say where load is to be sent"
            raise Mistake(what, "at", allowed=f"one of {listed(there)}")
    elif at in there:
        chosen = there[at]
    else:
        what = f"no address of that name in the environment {environment.name}"
        raise Mistake(what, "at", allowed=f"one of {listed(there)}", hint=did_you_mean(at, tuple(there)))
    return Target(chosen, endpoints(environment)[chosen], chosen not in environment.services)


def _names(environment: Environment) -> Iterator[tuple[str, str]]:
    """What may be said → the endpoint that is meant, the outermost first."""
    balancer = environment.load_balancer
    if balancer:
        yield FRONT, FRONT
        if balancer.tls_url:
            yield f"{FRONT}-tls", f"{FRONT}-tls"
    for node in environment.gateway_nodes():
        yield node, f"{node}-proxy"
    for service in environment.services:
        yield service, service
