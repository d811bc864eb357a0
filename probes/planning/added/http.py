"""An added http probe."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.environment.probes import Probe
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.cost import Cost
from atalaia.exchange.request import Request
from probes.expected import Expected
from probes.fan_out import MOST
from probes.kinds.http import Http
from probes.planning import instances
from probes.planning.added.address import Address, address_of, costs_at
from probes.planning.draft import Draft


def drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """One request, below the address's own path."""
    address = address_of(probe, environment)
    path = _path(probe, address)
    username = probe.username
    password = probe.password.get_secret_value() if probe.password else None
    if username is None and address.url.password:
        username, password = address.url.username, address.url.password
    request = Request(
        method=probe.method,
        url=bare(address.url),
        target=path,
        headers=tuple(probe.headers.items()),
        bearer=_bearer(probe.bearer, environment) if probe.bearer else None,
        username=username,
        password=password,
    )
    costs = costs_at(address, environment, path, probe.method)
    everywhere = probe.fan_out == "all"
    if everywhere:
        costs = _of_all_addresses(costs, address, environment)
    http = Http(request, Expected.of(probe.expect), fan_out=everywhere, quorum=probe.quorum)
    return (Draft(probe.name, "http", instances.of_request(request), address.hop, http, costs=costs),)


def _bearer(scheme: str, environment: Environment) -> Bearer | None:
    from atalaia.checks.routes import bearer_of  # few probes send one

    return bearer_of(environment.authentication[scheme])


def _path(probe: Probe, address: Address) -> str:
    if "path" in probe.model_fields_set or probe.url is None:
        return address.url.path + probe.path
    return (address.url.path or "/") + (f"?{address.url.query}" if address.url.query else "")


def _of_all_addresses(
    costs: tuple[Cost, ...], address: Address, environment: Environment
) -> tuple[Cost, ...]:
    """What a request to every address of a name takes: each of the front's servers counts for itself, the
    gateway behind them counts all. How many there are nobody knows before."""
    if address.url.host in environment.hosts or _is_ip(address.url.host):
        return costs
    return tuple(
        cost if cost.bucket.startswith("load-balancer") else replace(cost, requests=cost.requests * MOST)
        for cost in costs
    )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
