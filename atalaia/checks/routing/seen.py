"""What the service really sees of a request: its path and Host (RT04, RT05), at the declared echo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.routing.echo import Echo, echo, echo_nodes, echoing, read_echo
from atalaia.checks.routing.leading import addresses
from atalaia.checks.routing.transforming import Transformed, transformed
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.redaction import MARK
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import upstream_host

_BELOW = "/a%20b/../c%2Fd?x=1&y=%20"
"""What a gateway may change on the way: an encoded space and slash, a dot segment, a query."""


@dataclass(frozen=True)
class Sent:
    """A request to the echo, and the file that says what becomes of it."""

    request: HttpRequest
    host: str
    scheme: str
    file: Given | None

    @property
    def target(self) -> str:
        """Path and query as sent."""
        return self.request.target


def _request(environment: Environment, endpoint: str) -> HttpRequest:
    return echo(environment, endpoint, "path and host", below=_BELOW)


def _sent(environment: Environment, endpoint: str) -> Sent:
    url = endpoints(environment)[endpoint]
    request = _request(environment, endpoint)
    return Sent(request, url.authority, url.scheme, given_of(environment))


def _observes(environment: Environment, endpoint: str) -> tuple[Observable, ...]:
    return (_request(environment, endpoint), *unless_given(environment))


def _told(seen: tuple[Any, ...], expected: Sent) -> tuple[Echo, Given, Match, Transformed] | Inconclusive:
    exchange: Exchange = seen[0]
    found = read_echo(exchange)
    if isinstance(found, Inconclusive):
        return found
    given = configured(expected.file, seen[1:])
    if isinstance(given, Inconclusive):
        return given
    match = given.router.match("GET", expected.target, expected.host, {}, scheme=expected.scheme)
    if match is None or match.service is None:
        return Inconclusive(f"the configuration has no route for {expected.target}")
    arrives = transformed(given, match, expected.request, expected.host)
    return arrives if isinstance(arrives, Inconclusive) else (found, given, match, arrives)


def _judge_path(seen: tuple[Any, ...], expected: Sent) -> Verdict:
    told = _told(seen, expected)
    if isinstance(told, Inconclusive):
        return told
    found, given, match, arrives = told
    wanted, seen_target = (
        _without_added(target, expected.target) for target in (arrives.target, found.target)
    )
    # Of a target that was redacted, what is left of it counts.
    partly = MARK in unquote(arrives.target + found.target)
    if arrives.target == found.target or (partly and wanted == seen_target):
        return []
    return [
        Finding(
            expected=f"the service sees {wanted} of {expected.target}, as the configuration has it",
            observed=f"it sees {seen_target}" + (", with other values" if wanted == seen_target else ""),
            hop=Hop.GATEWAY.value,
            cause=arrives.path_cause or given.line(match.route, "strip_path"),
        )
    ]


def _without_added(target: str, sent: str) -> str:
    """A target without the values of arguments that were not sent: a plugin may have added a credential."""
    path, mark, query = target.partition("?")
    own = set(sent.partition("?")[2].split("&"))
    parts = (
        part if part in own or "=" not in part else f"{part.partition('=')[0]}={MARK}"
        for part in query.split("&")
    )
    return f"{path}{mark}{'&'.join(parts)}"


PATH_REWRITTEN = Check(
    id="upstream.path-rewritten",
    severity=Severity.MAJOR,
    catches="A gateway that makes another path of a request than its configuration says: a node with other "
    "settings, a plugin that rewrites, a proxy in between.",
    remedy="Compare the node with its declarative file, and look for plugins that change the path.",
    source="RT04; Kong 3.4, kong/router/utils.lua get_upstream_uri_v0",
    targets=echo_nodes,
    observes=_observes,
    expects=_sent,
    requires=echoing,
    judge=_judge_path,
)


def _judge_host(seen: tuple[Any, ...], expected: Sent) -> Verdict:
    told = _told(seen, expected)
    if isinstance(told, Inconclusive):
        return told
    found, given, match, arrives = told
    assert given.configuration is not None, "it has a route"
    assert match.service is not None, "it leads to a service"
    upstream = next((one for one in given.configuration.upstreams if one.name == match.service.host), None)
    wanted = {
        upstream_host(match.route, match.service, expected.host, host, port)
        for host, port in addresses(given.configuration, match.service)
    }
    if upstream and upstream.host_header and not match.route.preserve_host:
        wanted = {upstream.host_header}
    if arrives.host is not None:
        wanted = {arrives.host}
    host = found.header("Host")
    if host in wanted:
        return []
    return [
        Finding(
            expected=f"the service sees {' or '.join(sorted(wanted))} in the Host header, as configured",
            observed=f"it sees {host or 'none'}",
            hop=Hop.GATEWAY.value,
            cause=arrives.host_cause or given.line(match.route, "preserve_host"),
        )
    ]


HOST_REWRITTEN = Check(
    id="upstream.host-rewritten",
    severity=Severity.MAJOR,
    catches="A gateway that sends another Host header than its configuration says.",
    remedy="Compare the node with its declarative file, and look for plugins that change headers.",
    source="RT05; Kong 3.4, kong/runloop/balancer",
    targets=echo_nodes,
    observes=_observes,
    expects=_sent,
    requires=echoing,
    judge=_judge_host,
)

CHECKS: tuple[Check, ...] = (PATH_REWRITTEN, HOST_REWRITTEN)
