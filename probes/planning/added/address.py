"""Where an added probe goes: an address of the environment, or one of its own."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.observables import hop_of
from atalaia.environment import Environment, Url
from atalaia.environment.endpoints import PROBES_PUSHGATEWAY, endpoints
from atalaia.environment.probes import Probe
from atalaia.environment.remembered import per_environment
from atalaia.exchange.cost import Cost
from atalaia.exchange.hop import Hop
from atalaia.systems.limits import front_costs, gateway_costs
from probes.planning.telling import Mistaken

_FRONTS = {"load-balancer", "load-balancer-tls"}


@dataclass(frozen=True)
class Address:
    """A server, and what it is of the environment."""

    url: Url
    endpoint: str | None
    """Its name where the environment declares it, be it that the probe gives the address itself."""
    hop: Hop


def address_of(probe: Probe, environment: Environment) -> Address:
    """Where a probe goes. Raises Mistaken where it says so by nothing (null)."""
    declared = endpoints(environment)
    if probe.at is not None:
        # The stack's own Pushgateway stands for the probes' where they are one.
        name = "pushgateway" if probe.at == PROBES_PUSHGATEWAY and probe.at not in declared else probe.at
        if name not in declared:
            raise Mistaken("the environment gives no such address", "at")
        return Address(declared[name], name, hop_of(environment, name))
    if probe.url is not None:
        url = probe.url
    elif probe.host is not None:
        url = Url("http", probe.host, probe.port or 80)
    else:
        raise Mistaken("a probe that leads nowhere", allowed="at, url or host")
    endpoint = _by_place(environment).get(_place(url, environment))
    return Address(url, endpoint, hop_of(environment, endpoint) if endpoint else Hop.UNKNOWN)


def costs_at(address: Address, environment: Environment, path: str, method: str) -> tuple[Cost, ...]:
    """What a request to an address takes of limiters: also where a probe names a limited hop by its URL."""
    if address.endpoint in _FRONTS:
        return front_costs(environment, path, method)
    if address.hop is Hop.GATEWAY and (address.endpoint or "").endswith("-proxy"):
        return gateway_costs(environment, path, method)
    return ()


@per_environment
def _by_place(environment: Environment) -> dict[tuple[str, int], str]:
    """Host and port → the first endpoint there."""
    declared = reversed(endpoints(environment).items())
    return {_place(url, environment): name for name, url in declared}


def _place(url: Url, environment: Environment) -> tuple[str, int]:
    host = url.host.lower()
    mapped = environment.hosts.get(host, "127.0.0.1" if host == "localhost" else host)
    return mapped, url.port
