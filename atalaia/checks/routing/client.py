"""Who the service takes for the client: the real one, and nobody that it only claims to be (RT08, RT09)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.routes import FRONT
from atalaia.checks.routing.causes import Taken
from atalaia.checks.routing.echo import (
    TLS_FRONT,
    Echo,
    echo,
    echo_fronts,
    echo_nodes,
    echo_taken,
    echoing,
    read_echo,
)
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.forwarding import host_name

_FORGED = "203.0.113.77"
"""An address for documentation (RFC 5737): nobody's."""
_CLAIMS = (
    ("X-Forwarded-For", _FORGED),
    ("X-Real-IP", _FORGED),
    ("Forwarded", f"for={_FORGED}"),
)


def _plain(environment: Environment, endpoint: str) -> HttpRequest:
    return echo(environment, endpoint, "as it comes")


def _forging(environment: Environment, endpoint: str) -> HttpRequest:
    return echo(environment, endpoint, "claiming another address", headers=_CLAIMS)


def _first_front(environment: Environment) -> tuple[str, ...] | NotDeclared:
    fronts = echo_fronts(environment)
    return fronts if isinstance(fronts, NotDeclared) else fronts[:1]


def _with_address(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.client.addresses is None:
        return NotDeclared("client.addresses: without an address of its own, a client cannot know it")
    return _first_front(environment)


def _believed(found: Echo) -> str:
    """The client's address as the gateway tells it; where it tells none, the first of those before it."""
    real = found.header("X-Real-IP")
    return real or (found.header("X-Forwarded-For") or "").partition(",")[0].strip()


def _changed(request: Taken, header: str) -> str:
    """Where the file has a plugin that changes this header for the service; empty: it has none."""
    return request.blamed.plugin("request-transformer", naming=header)


def _judge_address(seen: tuple[Exchange], expected: Taken) -> Verdict:
    (exchange,) = seen
    found = read_echo(exchange)
    if isinstance(found, Inconclusive):
        return found
    if exchange.source is None:
        return Inconclusive("sent without an address of its own, so that the real one is not known")
    address = _believed(found)
    if address == exchange.source:
        return []
    return [
        Finding(
            expected=f"the service is told the client's address, {exchange.source}, in X-Real-IP",
            observed=f"it is told {address or 'none'}",
            hop=Hop.GATEWAY.value,
            cause=_changed(expected, "X-Real-IP") or _changed(expected, "X-Forwarded-For"),
        )
    ]


ADDRESS_LOST = Check(
    id="upstream.client-address-lost",
    severity=Severity.CRITICAL,
    catches="A gateway that takes the load balancer for the client: all clients share one limiter budget, "
    "and logs and bans hit everybody.",
    remedy="Let HAProxy send X-Forwarded-For (`option forwardfor`), and Kong believe it: trusted_ips with "
    "HAProxy's address, real_ip_header X-Forwarded-For.",
    source="RT08; Kong/kong#13599",
    targets=_with_address,
    observes=lambda environment, target: (_plain(environment, target),),
    expects=echo_taken,
    requires=echoing,
    judge=_judge_address,
)


def _judge_scheme(seen: tuple[Exchange], expected: Taken) -> Verdict:
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    told = found.header("X-Forwarded-Proto")
    if told == expected.scheme:
        return []
    return [
        Finding(
            expected=f"X-Forwarded-Proto: {expected.scheme}, as the client asked",
            observed=f"the service sees {told or 'none'}",
            hop=Hop.GATEWAY.value,
            cause=_changed(expected, "X-Forwarded-Proto"),
        )
    ]


SCHEME_LOST = Check(
    id="upstream.scheme-lost",
    severity=Severity.MAJOR,
    catches="A service that is not told that its client came over HTTPS: redirects to http, cookies without "
    "Secure, links that browsers block.",
    remedy="Let HAProxy set X-Forwarded-Proto by ssl_fc, and Kong believe it (trusted_ips).",
    source="RT08; Kong 3.4, kong/runloop/handler.lua",
    targets=echo_fronts,
    observes=lambda environment, target: (_plain(environment, target),),
    expects=echo_taken,
    requires=echoing,
    judge=_judge_scheme,
)


def _judge_host(seen: tuple[Exchange], expected: Taken) -> Verdict:
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    told = found.header("X-Forwarded-Host")
    asked = host_name(expected.host)
    if told and host_name(told) == asked:
        return []
    return [
        Finding(
            expected=f"X-Forwarded-Host: {asked}, as the client asked",
            observed=f"the service sees {told or 'none'}",
            hop=Hop.GATEWAY.value,
            cause=_changed(expected, "X-Forwarded-Host"),
        )
    ]


HOST_LOST = Check(
    id="upstream.host-lost",
    severity=Severity.MINOR,
    catches="A service that is not told which host its client asked for: links and redirects to an inner "
    "name.",
    remedy="Let HAProxy pass the Host header on as it came, or set X-Forwarded-Host.",
    source="RT08; Kong 3.4, kong/runloop/handler.lua",
    targets=_first_front,
    observes=lambda environment, target: (_plain(environment, target),),
    expects=echo_taken,
    requires=echoing,
    judge=_judge_host,
)


def _entrances(environment: Environment) -> tuple[str, ...] | NotDeclared:
    nodes, front = echo_nodes(environment), _first_front(environment)
    if isinstance(nodes, NotDeclared) or isinstance(front, NotDeclared):
        return nodes
    return (*nodes, *front)


def _forged_needs(environment: Environment, target: str) -> Needs:
    nodes = tuple((ADDRESS_FORGED, f"{node}-proxy") for node in environment.gateway_nodes())
    return all_of(echoing(environment, target), nodes if target in {FRONT, TLS_FRONT} else ())


def _judge_forgery(seen: tuple[Exchange], expected: bool) -> Verdict:
    """`expected`: whether the front is asked, behind which nothing of the claim may be left."""
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    claims = {"X-Real-IP": found.header("X-Real-IP")}
    if expected:
        first = (found.header("X-Forwarded-For") or "").partition(",")[0].strip()
        claims |= {"X-Forwarded-For": first, "Forwarded": found.header("Forwarded")}
    findings = [
        Finding(
            expected="an address that a client only claims is not the client's address",
            observed=f"the service is told {name}: {told}, as the client claimed",
            hop=(Hop.LOAD_BALANCER if expected else Hop.GATEWAY).value,
        )
        for name, told in claims.items()
        if told and _FORGED in told
    ]
    if not findings and not claims["X-Real-IP"]:
        return Inconclusive("the service sees no X-Real-IP, so that nothing tells whom Kong believed")
    return findings


ADDRESS_FORGED = Check(
    id="upstream.client-address-forged",
    severity=Severity.CRITICAL,
    catches="A client that chooses the address it is known by: limits, bans and logs are evaded by a header. "
    "Kong with trusted_ips open to all, a front that passes X-Forwarded-For on.",
    remedy="Kong: trusted_ips with the load balancer's address only. HAProxy: delete X-Forwarded-For, "
    "X-Real-IP and Forwarded of the client before `option forwardfor`.",
    source="RT09; Kong/kong#7948",
    targets=_entrances,
    observes=lambda environment, target: (_forging(environment, target),),
    expects=lambda environment, target: target == FRONT,
    requires=_forged_needs,
    judge=_judge_forgery,
)

CHECKS: tuple[Check, ...] = (ADDRESS_LOST, SCHEME_LOST, HOST_LOST, ADDRESS_FORGED)
