"""The load balancer's servers, as its statistics tell: up, checked by what they answer, and stable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from atalaia.checks import gateway, monitoring
from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import statistics
from atalaia.checks.services import healthy
from atalaia.environment import Environment
from atalaia.environment.endpoints import MONITORING
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.systems.document import Unreadable
from atalaia.systems.haproxy.rules import CheckLayer, check_layer, flaps
from atalaia.systems.haproxy.statistics import Server, Statistics, parse_statistics

_BALANCER = Hop.LOAD_BALANCER.value


def _with_statistics(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    declared = balancer is not None and balancer.stats is not None
    return ("load-balancer-stats",) if declared else NotDeclared("load_balancer.stats")


def read_statistics(exchange: Exchange) -> Statistics | Unreadable:
    """The statistics of an answer."""
    return parse_statistics(exchange.response.body if exchange.response else b"")


def _judge_statistics(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    promise = "200 and the statistics as CSV, with the declared credentials"
    if verdict := undecided(exchange) or not_ok(exchange, promise, Hop.LOAD_BALANCER):
        return verdict
    read = read_statistics(exchange)
    if isinstance(read, Unreadable):
        return [Finding(expected=promise, observed=f"200 with {read}", hop=_BALANCER)]
    return []


STATS_UNREADABLE = Check(
    id="load-balancer.stats-unreadable",
    severity=Severity.MAJOR,
    catches="Wrong credentials for the statistics, a wrong path, or something else than HAProxy on the port.",
    remedy="Compare load_balancer.stats with HAProxy's `stats uri` and `stats auth`.",
    source="CN02, CN05",
    targets=_with_statistics,
    observes=lambda environment, target: (statistics(environment),),
    requires=reachable,
    judge=_judge_statistics,
)


def _judge_openness(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    if reason := undecided(exchange):
        return reason
    if exchange.response is None:
        # No refusal either: what anybody would get stays unknown.
        return Inconclusive(f"without credentials there was no answer: {exchange.failure}")
    if not 200 <= exchange.response.status < 300:
        return []
    return [
        Finding(
            expected="401 without credentials",
            observed=f"{exchange.response.status} and the statistics",
            hop=_BALANCER,
        )
    ]


STATS_OPEN = Check(
    id="load-balancer.stats-open",
    severity=Severity.MAJOR,
    catches="A statistics page that shows every server's name and address to anybody.",
    remedy="Set `stats auth USER:PASSWORD`, or restrict the page to the addresses that need it.",
    source="CN05",
    targets=_with_statistics,
    observes=lambda environment, target: (statistics(environment, credentials=False),),
    requires=lambda environment, target: ((STATS_UNREADABLE, target),),
    judge=_judge_openness,
)


@dataclass(frozen=True)
class Place:
    """A declared server, and when it counts as flapping."""

    backend: str
    server: str
    transitions: int
    within: float
    """Seconds."""


def _servers(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    if balancer is None or balancer.stats is None:
        return NotDeclared("load_balancer.stats")
    names = tuple(f"{name}/{server}" for name, each in balancer.backends.items() for server in each.servers)
    return names or NotDeclared("load_balancer.backends")


def _place(environment: Environment, target: str) -> Place:
    backend, _, server = target.partition("/")
    rule = environment.flapping
    return Place(backend, server, rule.transitions, rule.within.total_seconds())


def _statistics_of(environment: Environment, target: str) -> tuple[Observable, ...]:
    return (statistics(environment),)


def _about(judge: Callable[[Server, Place], Verdict]) -> Callable[[tuple[Exchange], Place], Verdict]:
    """A judge of statistics from a judge of one server; load-balancer.server-down has found it there."""

    def judge_statistics(seen: tuple[Exchange], expected: Place) -> Verdict:
        read = read_statistics(seen[0])
        assert isinstance(read, Statistics), "load-balancer.stats-unreadable has read it"
        server = read.server(expected.backend, expected.server)
        if server is None:
            names = ", ".join(read.names(expected.backend)) or "no server"
            return [
                Finding(
                    expected=f"a server {expected.server} in the backend {expected.backend}",
                    observed=f"the backend has {names}",
                    hop=_BALANCER,
                )
            ]
        return judge(server, expected)

    return judge_statistics


def _found(expected: str, observed: str) -> Verdict:
    return [Finding(expected=expected, observed=observed, hop=_BALANCER)]


def _judge_up(server: Server, place: Place) -> Verdict:
    if server.up and server.weight == 0:
        return _found(
            "status UP, and a weight", f"status {server.status} with the weight 0: it gets no request"
        )
    if server.up:
        return []
    why = " ".join(filter(None, [server.check_status, server.check_text]))
    return _found("status UP", f"status {server.status}{f' ({why})' if why else ''}")


def serving(environment: Environment, server: str) -> Needs:
    """What must hold of the thing that a server is, before the load balancer can be blamed for it."""
    if server in environment.gateway_nodes():
        return gateway.ready(environment, server)
    if server in environment.services:
        return healthy(environment, server)
    if server in MONITORING and getattr(environment, server):
        return ((monitoring.NOT_READY, server),)
    return ()


SERVER_DOWN = Check(
    id="load-balancer.server-down",
    severity=Severity.CRITICAL,
    catches="A working server that HAProxy holds for down, in maintenance or draining (with a weight of 0, "
    "too), or does not have.",
    remedy="Read `last_chk` in the statistics; correct the health check, the address, or the server's state.",
    source="CN02",
    targets=_servers,
    observes=_statistics_of,
    expects=_place,
    requires=lambda environment, target: all_of(
        ((STATS_UNREADABLE, "load-balancer-stats"),),
        serving(environment, target.partition("/")[2]),
    ),
    judge=_about(_judge_up),
)


def _after_down(environment: Environment, target: str) -> Needs:
    return ((SERVER_DOWN, target),)


def _judge_checked(server: Server, place: Place) -> Verdict:
    if server.checked:
        return []
    return _found("a health check", "status “no check”: HAProxy would send requests to a dead server")


SERVER_UNCHECKED = Check(
    id="load-balancer.server-unchecked",
    severity=Severity.MAJOR,
    catches="A server that HAProxy holds for up whatever happens to it (its metrics say UP, too).",
    remedy="Add `check` to the server line, and `option httpchk` to the backend.",
    source="CN03",
    targets=_servers,
    observes=_statistics_of,
    expects=_place,
    requires=_after_down,
    judge=_about(_judge_checked),
)


def _judge_layer(server: Server, place: Place) -> Verdict:
    layer = check_layer(server)
    if layer is CheckLayer.APPLICATION:
        return []
    if layer in {CheckLayer.CONNECTION, CheckLayer.HANDSHAKE}:
        return _found(
            "a check_status of layer 7", f"{server.check_status}: the check is content with {layer.value}"
        )
    status = server.check_status or "nothing yet"
    return Inconclusive(f"check_status {status} does not tell how deep the check looks")


CHECK_BELOW_LAYER_7 = Check(
    id="load-balancer.check-below-layer-7",
    severity=Severity.MAJOR,
    catches="A health check that only opens a connection: a sick server that still accepts it stays up.",
    remedy="Add `option httpchk GET /PATH` (and `http-check expect status 200`) to the backend.",
    source="CN02",
    targets=_servers,
    observes=_statistics_of,
    expects=_place,
    requires=lambda environment, target: ((SERVER_DOWN, target), (SERVER_UNCHECKED, target)),
    judge=_about(_judge_layer),
)


def _judge_stability(server: Server, place: Place) -> Verdict:
    if not flaps(server, place.transitions, place.within):
        return []
    return _found(
        f"fewer than {place.transitions} times down, or unchanged for "
        f"{format_duration(timedelta(seconds=place.within))}",
        f"{server.times_down} times down, last change {server.since_change} s ago",
    )


SERVER_FLAPPING = Check(
    id="load-balancer.server-flapping",
    severity=Severity.MAJOR,
    catches="A server that is up now, and was down again and again.",
    remedy="Read the server's log around the changes; raise `fall` or `inter` only if the check is at fault.",
    source="CN04",
    targets=_servers,
    observes=_statistics_of,
    expects=_place,
    requires=_after_down,
    judge=_about(_judge_stability),
)

CHECKS: tuple[Check, ...] = (
    STATS_UNREADABLE,
    STATS_OPEN,
    SERVER_DOWN,
    SERVER_UNCHECKED,
    CHECK_BELOW_LAYER_7,
    SERVER_FLAPPING,
)
