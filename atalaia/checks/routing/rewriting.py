"""What the configuration makes of a request on its way to the service: its path and Host (RT04, RT05)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.routes import routes
from atalaia.checks.routing.entries import NOT_IN_FILE
from atalaia.checks.routing.leading import Declared, addresses, declared, led
from atalaia.checks.routing.transforming import Transformed, transformed
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import upstream_host

_GATEWAY = Hop.GATEWAY.value


def _found(seen: tuple[Any, ...], expected: Declared) -> tuple[Given, Match, Transformed] | Inconclusive:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    match = led(given, expected)
    assert match is not None, "route.not-in-file has found it"
    arrives = transformed(given, match, expected.request, expected.host)
    return arrives if isinstance(arrives, Inconclusive) else (given, match, arrives)


def _judge_path(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    found = _found(seen, expected)
    if isinstance(found, Inconclusive):
        return found
    given, match, arrives = found
    sent = expected.request.target
    wanted = expected.route.upstream_path or sent
    seen_there = arrives.target
    if "?" not in wanted or expected.route.upstream_path is None:
        # The query always arrives as it was sent.
        wanted, seen_there = wanted.partition("?")[0], seen_there.partition("?")[0]
    if seen_there == wanted:
        return []
    prefix = bool(match.service and match.service.path)
    cause = given.line(match.service, "path") if match.service and prefix else given.line(
        match.route, "strip_path"
    )  # fmt: skip
    strips = f"strip_path is {str(match.route.strip_path).lower()}"
    if match.service and prefix:
        strips += f", the service's path is {match.service.path}"
    if arrives.path_cause:
        cause, strips = arrives.path_cause, "the request-transformer plugin changes it"
    return [
        Finding(
            expected=f"{expected.name} arrives at {expected.route.service} as {wanted}",
            observed=f"it arrives as {seen_there}: {strips}",
            hop=_GATEWAY,
            cause=cause,
        )
    ]


WRONG_PATH = Check(
    id="upstream.wrong-path",
    severity=Severity.CRITICAL,
    catches="A route whose service sees another path than it serves: strip_path is true by default, and a "
    "path in the service's url is put before what is left; a request-transformer may replace it all.",
    remedy="Set strip_path on the route, the path of the service's url, or replace.uri of the "
    "request-transformer; or declare upstream_path where the service is meant to see another path.",
    source="RT04; Kong 3.4, kong/router/utils.lua get_upstream_uri_v0",
    targets=routes,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_path,
)


def _judge_host(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    found = _found(seen, expected)
    if isinstance(found, Inconclusive):
        return found
    given, match, arrives = found
    own, clients = "its own address", "the client's Host"
    wanted, other = (clients, own) if expected.route.preserve_host else (own, clients)
    if arrives.host is not None:
        if arrives.host in _wanted_hosts(given, match, expected):
            return []
        told = f"it sees {arrives.host}: the request-transformer plugin sets it"
    elif match.route.preserve_host == expected.route.preserve_host:
        return []
    else:
        told = f"it sees {other}: preserve_host is {str(match.route.preserve_host).lower()}"
    return [
        Finding(
            expected=f"{expected.route.service} sees {wanted} in the Host header",
            observed=told,
            hop=_GATEWAY,
            cause=arrives.host_cause or given.line(match.route, "preserve_host"),
        )
    ]


def _wanted_hosts(given: Given, match: Match, expected: Declared) -> set[str]:
    """The values of the Host header that are what the environment declares."""
    if expected.route.preserve_host:
        return {expected.host}
    assert given.configuration is not None, "it has a route"
    if (service := match.service) is None:
        return set()
    route = replace(match.route, preserve_host=False)
    at = expected.services.get(expected.route.service)
    declared_at = (at,) if at else ()
    found = {
        upstream_host(route, service, expected.host, *one)
        for one in (*addresses(given.configuration, service), *declared_at)
    }
    upstreams = (one for one in given.configuration.upstreams if one.name == service.host)
    return found | {one.host_header for one in upstreams if one.host_header}


WRONG_HOST = Check(
    id="upstream.wrong-host",
    severity=Severity.MAJOR,
    catches="A route that passes the client's Host on where the service wants its own, or the other way "
    "round: wrong virtual hosts, wrong links, a Host header that clients choose.",
    remedy="Set preserve_host on the route (or Host in the request-transformer) as the environment "
    "declares it, or correct the environment.",
    source="RT05; Kong 3.4, kong/db/schema/entities/routes.lua",
    targets=routes,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_host,
)

CHECKS: tuple[Check, ...] = (WRONG_PATH, WRONG_HOST)
