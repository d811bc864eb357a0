"""Names and ports: every declared address resolves and accepts connections."""

from __future__ import annotations

from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.observables import connection, hop_of, lookup
from atalaia.environment import Environment, Url
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.exchange import Connection, Resolution

Needs = tuple[tuple[Check, str], ...]


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return tuple(endpoints(environment)) or NotDeclared("address")


def _address(environment: Environment, target: str) -> tuple[Url, str]:
    return endpoints(environment)[target], hop_of(environment, target).value


def _judge_name(seen: tuple[Resolution], expected: tuple[Url, str]) -> Verdict:
    (resolution,), (url, hop) = seen, expected
    if resolution.addresses:
        return []
    return [
        Finding(
            expected=f"the name {url.host} resolves to an address",
            observed=str(resolution.failure or "no address"),
            hop=hop,
        )
    ]


def _first_with_the_name(environment: Environment, target: str) -> Needs:
    """Of several addresses with one host name, the first stands for it: one dead name is one failure."""
    declared = endpoints(environment)
    first = next(name for name, url in declared.items() if url.host == declared[target].host)
    return () if first == target else ((NAME_UNRESOLVABLE, first),)


NAME_UNRESOLVABLE = Check(
    id="dns.unresolvable",
    severity=Severity.CRITICAL,
    catches="A host name that nobody can resolve: a typo, a container off the network, a dead record.",
    remedy="Correct the host in the environment file, or the DNS record or container network behind it.",
    source="CN01",
    targets=_targets,
    observes=lambda environment, target: (lookup(environment, target),),
    expects=_address,
    requires=_first_with_the_name,
    judge=_judge_name,
)


def _judge_connection(seen: tuple[Connection], expected: tuple[Url, str]) -> Verdict:
    (connected,), (url, hop) = seen, expected
    if connected.failure is None:
        return []
    return not_measured(connected.failure) or [
        Finding(
            expected=f"{url.host} port {url.port} accepts a TCP connection",
            observed=f"{connected.failure} (after {connected.elapsed:.3f} s)",
            hop=hop,
        )
    ]


def _listener_before(environment: Environment, target: str) -> Needs:
    """The address whose closed port already explains this one's.

    A server that does not run closes all its ports: they hang on its main one. And of several
    addresses with one host and port, the first stands for all.
    """
    declared = endpoints(environment)
    url = declared[target]
    first = next(name for name, at in declared.items() if (at.host, at.port) == (url.host, url.port))
    before = main_listener(environment, target) if first == target else first
    needs: Needs = ((NAME_UNRESOLVABLE, target),)
    return needs if before is None else (*needs, (PORT_UNREACHABLE, before))


def main_listener(environment: Environment, target: str) -> str | None:
    """The endpoint of the same server that serves its clients; None for that one itself."""
    if target in {"load-balancer-tls", "load-balancer-stats"}:
        return "load-balancer"
    exporter = environment.metrics.exporters.get(target)
    if exporter and exporter.kind == "haproxy":
        # Its exporter is a part of it.
        return "load-balancer" if environment.load_balancer else None
    proxies = [f"{node}-proxy" for node in environment.gateway_nodes()]
    for proxy in proxies:
        node = proxy.removesuffix("-proxy")
        if target in {f"{node}-admin", f"{node}-status"}:
            return proxy
    if target == "kong-manager":
        declared = endpoints(environment)
        return next((p for p in proxies if declared[p].host == declared[target].host), proxies[0])
    return None


PORT_UNREACHABLE = Check(
    id="tcp.unreachable",
    severity=Severity.CRITICAL,
    catches="A server that does not run, or a port, firewall or network that is wrong.",
    remedy="Start the server, or correct the port in the environment file, the firewall or the port mapping.",
    source="CN01",
    targets=_targets,
    observes=lambda environment, target: (connection(environment, target),),
    expects=_address,
    requires=_listener_before,
    judge=_judge_connection,
)

CHECKS: tuple[Check, ...] = (NAME_UNRESOLVABLE, PORT_UNREACHABLE)


def connectable(environment: Environment, endpoint: str) -> Needs:
    """What must hold before anything can be sent to an endpoint; nothing where it is not declared."""
    return ((PORT_UNREACHABLE, endpoint),) if endpoint in endpoints(environment) else ()


def all_of(*groups: Needs) -> Needs:
    """Needs joined, each once, in their order."""
    return tuple(dict.fromkeys(need for group in groups for need in group))
