"""Where the load balancer sends requests: each path to its backend, each backend to all its servers."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, summary, undecided, where
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.identity import identity_of
from atalaia.checks.load_balancer import SERVER_DOWN, STATS_UNREADABLE, read_statistics
from atalaia.checks.observables import spread, through_front
from atalaia.checks.services import healthy
from atalaia.environment import Environment
from atalaia.environment.load_balancer import Backend
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.haproxy.rules import fair_shares
from atalaia.systems.kong.marks import passed_kong
from atalaia.systems.limits import backend_of, is_gateway, route_of

_TLS = "load-balancer-tls"


def path_prefix(environment: Environment, path: str) -> str | None:
    """The declared path of a backend that a path falls under: the longest."""
    balancer = environment.load_balancer
    prefixes = [
        prefix
        for backend in (balancer.backends.values() if balancer else ())
        for prefix in backend.paths
        if path.startswith(prefix)
    ]
    return max(prefixes, key=len, default=None)


def servers_up(environment: Environment, path: str) -> Needs:
    """The servers that a path of the front is served by, where they are declared and can be seen."""
    balancer = environment.load_balancer
    found = backend_of(environment, path)
    if balancer is None or balancer.stats is None or found is None:
        return ()
    name, backend = found
    return tuple((SERVER_DOWN, f"{name}/{server}") for server in backend.servers)


@dataclass(frozen=True)
class Destination:
    """Who serves a path, and the marks by which one can tell."""

    backend: str
    gateway: bool
    marks: frozenset[str]
    """X-Service of its servers that are services."""
    elsewhere: frozenset[str]
    """X-Service of services that are servers of other backends."""


def _destination(environment: Environment, target: str) -> Destination:
    found = backend_of(environment, target)
    balancer = environment.load_balancer
    assert found is not None, "the target is a declared path"
    assert balancer is not None, "the target is a declared path"
    name, backend = found
    others = [marks(environment, each) for other, each in balancer.backends.items() if other != name]
    own = marks(environment, backend)
    return Destination(name, is_gateway(environment, backend), own, frozenset().union(*others) - own)


def marks(environment: Environment, backend: Backend) -> frozenset[str]:
    """The marks of a backend's servers that are services."""
    services = environment.services
    return frozenset(services[name].mark or name for name in backend.servers if name in services)


def _told_apart(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    paths = tuple(
        path
        for backend in (balancer.backends.values() if balancer else ())
        if is_gateway(environment, backend) or marks(environment, backend)
        for path in backend.paths
    )
    return tuple(dict.fromkeys(paths)) or NotDeclared(
        "load_balancer.backends with paths, of gateway nodes or services"
    )


def _answering(environment: Environment, path: str) -> Needs:
    """The service that the gateway passes a path on to, where the path is one of its routes."""
    route = route_of(environment, path)
    return healthy(environment, route.service) if route and route.service in environment.services else ()


def _judge_destination(seen: tuple[Exchange], expected: Destination) -> Verdict:
    (exchange,) = seen
    if reason := undecided(exchange):
        return reason
    whom = f"an answer from the backend {expected.backend}"
    response = exchange.response
    if response is None or exchange.failure or exchange.answered_by is Hop.LOAD_BALANCER:
        return [Finding(expected=whom, observed=describe(exchange), hop=where(exchange, Hop.LOAD_BALANCER))]
    mark = identity_of(response).mark
    kong = passed_kong(response) or exchange.answered_by is Hop.GATEWAY
    if expected.gateway:
        right = kong or (mark is not None and mark not in expected.elsewhere)
        wrong = not kong and mark in expected.elsewhere
    else:
        right = mark in expected.marks and not kong
        wrong = kong or mark is not None
    if right:
        return []
    if not wrong:
        return Inconclusive(f"neither Kong's headers nor X-Service tell who answered: {summary(response)}")
    who = " ".join(filter(None, ["X-Service " + mark if mark else "", "through Kong" if kong else ""]))
    return [Finding(expected=whom, observed=f"one from elsewhere: {who}", hop=Hop.LOAD_BALANCER.value)]


PATH_MISROUTED = Check(
    id="load-balancer.path-misrouted",
    severity=Severity.CRITICAL,
    catches="A path of the public front that HAProxy sends to another backend than declared, or to none.",
    remedy="Look at the frontend's acl and use_backend lines: their order decides.",
    source="AtendeAI 2.0 monitoring, “Path-based Routing”",
    targets=_told_apart,
    observes=lambda environment, target: (through_front(environment, target),),
    expects=_destination,
    requires=lambda environment, target: all_of(
        reachable(environment, "load-balancer"),
        servers_up(environment, target),
        _answering(environment, target),
    ),
    judge=_judge_destination,
)


def routed(environment: Environment, path: str) -> Needs:
    """What must hold before a path of the front says anything about what is behind it."""
    prefix = path_prefix(environment, path)
    told_apart = _told_apart(environment)
    if prefix is None or isinstance(told_apart, NotDeclared) or prefix not in told_apart:
        return all_of(reachable(environment, "load-balancer"), servers_up(environment, path))
    return ((PATH_MISROUTED, prefix),)


def _tls_front(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    declared = balancer is not None and balancer.tls_url is not None
    return (_TLS,) if declared else NotDeclared("load_balancer.tls_url")


def _sampled_path(environment: Environment) -> str:
    """A path on which the two fronts are compared: a declared one, so that it costs one request only."""
    told_apart = _told_apart(environment)
    return "/" if isinstance(told_apart, NotDeclared) else told_apart[0]


def _both_fronts(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    path = _sampled_path(environment)
    return (through_front(environment, path), through_front(environment, path, _TLS))


def _judge_tls_front(seen: tuple[Exchange, Exchange], path: str) -> Verdict:
    plain, tls = seen
    if reason := undecided(plain, tls):
        return reason
    expected = f"over TLS the same answer to {path} as without"
    response = tls.response
    if response is None or tls.failure:
        return [Finding(expected=expected, observed=describe(tls), hop=where(tls, Hop.LOAD_BALANCER))]
    if plain.response is None or plain.failure:
        return Inconclusive(f"without TLS {path} gave no answer to compare with: {plain.failure}")
    if 300 <= plain.response.status < 400:
        return []  # the plain front sends everybody to this one
    if (plain.response.status, passed_kong(plain.response)) == (response.status, passed_kong(response)):
        return []
    observed = f"{describe(tls)}; without TLS {describe(plain)}"
    return [Finding(expected=expected, observed=observed, hop=Hop.LOAD_BALANCER.value)]


TLS_FRONT_DIFFERS = Check(
    id="load-balancer.tls-front-differs",
    severity=Severity.CRITICAL,
    catches="A TLS front that shakes hands and then serves nobody (it asks for a client's certificate, knows "
    "no backend), or leads elsewhere than the plain one.",
    remedy="Compare the rules of the two frontends (HAProxy: `bind … ssl`, `verify`, `ssl_fc`, use_backend).",
    source="CN11, CN12",
    targets=_tls_front,
    observes=_both_fronts,
    expects=lambda environment, target: _sampled_path(environment),
    requires=lambda environment, target: all_of(
        reachable(environment, _TLS), routed(environment, _sampled_path(environment))
    ),
    judge=_judge_tls_front,
)


@dataclass(frozen=True)
class Spread:
    """How requests were sent, and to which servers they should have gone."""

    backend: str
    servers: tuple[str, ...]
    requests: int


def _spread(environment: Environment, target: str) -> Spread:
    balancer = environment.load_balancer
    assert balancer is not None, "the target is one of its backends"
    servers = balancer.backends[target].servers
    return Spread(target, servers, 2 * len(servers))


def _round_robin(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    names = tuple(
        name
        for name, backend in (balancer.backends.items() if balancer and balancer.stats else ())
        if backend.balance == "roundrobin" and len(backend.servers) > 1 and backend.paths
    )
    return names or NotDeclared(
        "backend with paths, balance: roundrobin and two servers, or no load_balancer.stats"
    )


def _spread_path(environment: Environment, backend: str) -> str:
    """A path that the backend answers itself: the gateway answers its prefix without asking a service."""
    balancer = environment.load_balancer
    assert balancer is not None, "the target is one of its backends"
    return balancer.backends[backend].paths[0]


def _judge_spread(seen: tuple[Exchanges], expected: Spread) -> Verdict:
    steps = seen[0].steps
    if reason := undecided(*steps):
        return reason
    before, after = read_statistics(steps[0]), read_statistics(steps[-1])
    if isinstance(before, Unreadable) or isinstance(after, Unreadable):
        unread = before if isinstance(before, Unreadable) else after
        return Inconclusive(f"the statistics could not be read again: {unread}")
    given: dict[str, int] = {}
    weights: dict[str, int] = {}
    for name in expected.servers:
        first, last = before.server(expected.backend, name), after.server(expected.backend, name)
        if first is None or last is None or last.sessions < first.sessions:
            return Inconclusive(f"HAProxy started its count of {name} anew meanwhile")
        given[name], weights[name] = last.sessions - first.sessions, last.weight
    total = sum(given.values())
    if total < expected.requests:
        return Inconclusive(f"HAProxy counted {total} of {expected.requests} requests in {expected.backend}")
    shares = fair_shares(weights, total)
    # A server that is due less than one request need not have got any.
    starved = [name for name, share in shares.items() if share >= 1 and given[name] < share / 2]
    if not starved:
        return []
    told = ", ".join(f"{name} {given[name]} (due {shares[name]:.3g})" for name in given)
    return [
        Finding(
            expected="every server gets at least half its share by weight",
            observed=f"of {total} requests: {told}",
            hop=Hop.LOAD_BALANCER.value,
        )
    ]


UNBALANCED = Check(
    id="load-balancer.unbalanced",
    severity=Severity.MAJOR,
    catches="A backend declared as round robin whose requests go to one server only.",
    remedy="Look at `balance`, at stick tables and cookies, and at the servers' weights.",
    source="CN04; AtendeAI 2.0 monitoring, “Load Balancing”",
    targets=_round_robin,
    observes=lambda environment, target: (
        spread(
            environment,
            target,
            _spread_path(environment, target),
            _spread(environment, target).requests,
        ),
    ),
    expects=_spread,
    requires=lambda environment, target: all_of(
        ((STATS_UNREADABLE, "load-balancer-stats"),),
        routed(environment, _spread_path(environment, target)),
    ),
    judge=_judge_spread,
)

CHECKS: tuple[Check, ...] = (PATH_MISROUTED, TLS_FRONT_DIFFERS, UNBALANCED)
