"""The gateway's nodes: usable, configured, ready, and of one mind."""

from __future__ import annotations

import json

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_ok, undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import get
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable, json_object
from atalaia.systems.kong.status import NodeStatus, parse_status

_GATEWAY = Hop.GATEWAY.value


def _nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return tuple(environment.gateway_nodes()) or NotDeclared("gateway")


def _status(environment: Environment, node: str) -> HttpRequest:
    return get(environment, f"{node}-admin", "/status")


def _routes(environment: Environment, node: str) -> HttpRequest:
    return get(environment, f"{node}-admin", "/routes?size=1")


def _judge_admin(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    promise = "200 and Kong's status document from the Admin API"
    if verdict := undecided(exchange) or not_ok(exchange, promise, Hop.GATEWAY):
        return verdict
    status = _read(exchange)
    if isinstance(status, Unreadable):
        return [Finding(expected=promise, observed=f"200 with {status}", hop=_GATEWAY)]
    if status.database_reachable is False:
        # Kong says 200 even then: only the body tells.
        return [Finding(expected="a reachable database", observed="database.reachable: false", hop=_GATEWAY)]
    return []


def _read(exchange: Exchange) -> NodeStatus | Unreadable:
    document = json_object(exchange.response.body if exchange.response else b"")
    if isinstance(document, Unreadable):
        return document
    try:
        return parse_status(document)
    except (ValueError, TypeError) as error:
        return Unreadable(f"JSON that is not Kong's status: {error}")


ADMIN_UNUSABLE = Check(
    id="gateway.admin-unusable",
    severity=Severity.CRITICAL,
    catches="Something else than Kong's Admin API on the declared port, or a node without its database.",
    remedy="Correct gateway.nodes[].admin, or read the node's error log.",
    source="CN07",
    targets=_nodes,
    observes=lambda environment, target: (_status(environment, target),),
    requires=lambda environment, target: all_of(
        reachable(environment, f"{target}-proxy"), reachable(environment, f"{target}-admin")
    ),
    judge=_judge_admin,
)


def _judge_configuration(seen: tuple[Exchange, Exchange], expected: None) -> Verdict:
    status, routes = _read(seen[0]), seen[1]
    assert isinstance(status, NodeStatus), "gateway.admin-unusable has read it"
    promise = "a configuration with at least one route"
    if status.empty or status.configuration_hash == "":
        return [
            Finding(
                expected=promise,
                observed=f"configuration_hash {status.configuration_hash}: no configuration at all",
                hop=_GATEWAY,
            )
        ]
    if verdict := undecided(routes):
        return verdict
    try:
        entries = json.loads(routes.response.body)["data"] if routes.response else None
    except (ValueError, RecursionError, KeyError, TypeError):
        entries = None
    if not isinstance(entries, list):
        return Inconclusive(f"the Admin API's list of routes cannot be read: {describe(routes)}")
    return [] if entries else [Finding(expected=promise, observed="no route", hop=_GATEWAY)]


EMPTY_CONFIGURATION = Check(
    id="gateway.empty-configuration",
    severity=Severity.CRITICAL,
    catches="A DB-less node that restarted without its declarative file and answers 404 to everything.",
    remedy="Load the declarative file: KONG_DECLARATIVE_CONFIG, or POST /config; look at why it was refused.",
    source="CN07",
    targets=_nodes,
    observes=lambda environment, target: (_status(environment, target), _routes(environment, target)),
    requires=lambda environment, target: ((ADMIN_UNUSABLE, target),),
    judge=_judge_configuration,
)


def _with_status(environment: Environment) -> tuple[str, ...] | NotDeclared:
    nodes = environment.gateway.nodes if environment.gateway else ()
    names = tuple(name for name, at in environment.gateway_nodes().items() if nodes[at].status)
    return names or NotDeclared("gateway node with a status address")


def _judge_readiness(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    return undecided(exchange) or not_ok(exchange, "200 from /status/ready", Hop.GATEWAY)


NOT_READY = Check(
    id="gateway.not-ready",
    severity=Severity.CRITICAL,
    catches="A node whose workers have not all built their router and plugins.",
    remedy="Read the node's error log: a worker that dies or waits, a configuration that fails in some.",
    source="CN07",
    targets=_with_status,
    observes=lambda environment, target: (get(environment, f"{target}-status", "/status/ready"),),
    requires=lambda environment, target: all_of(
        reachable(environment, f"{target}-status"), ((EMPTY_CONFIGURATION, target),)
    ),
    judge=_judge_readiness,
)


def _several_nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return ("gateway",) if len(environment.gateway_nodes()) > 1 else NotDeclared("second gateway node")


def _judge_likeness(seen: tuple[Exchange, ...], expected: tuple[str, ...]) -> Verdict:
    hashes: dict[str, str | None] = {}
    for node, exchange in zip(expected, seen, strict=True):
        status = _read(exchange)
        assert isinstance(status, NodeStatus), "gateway.admin-unusable has read it"
        hashes[node] = status.configuration_hash
    # Nodes of one database have no hash: they share their configuration by what they are.
    if len(set(hashes.values())) == 1:
        return []
    told = ", ".join(f"{node} {value or 'a database'}" for node, value in hashes.items())
    return [Finding(expected="the same configuration_hash on all nodes", observed=told, hop=_GATEWAY)]


NODES_DIFFER = Check(
    id="gateway.nodes-differ",
    severity=Severity.CRITICAL,
    catches="A deploy that reached only some of the nodes: clients get one answer or another by chance.",
    remedy="Load the same declarative file on every node.",
    source="CN08",
    targets=_several_nodes,
    observes=lambda environment, target: tuple(
        _status(environment, node) for node in environment.gateway_nodes()
    ),
    expects=lambda environment, target: tuple(environment.gateway_nodes()),
    requires=lambda environment, target: tuple(
        (EMPTY_CONFIGURATION, node) for node in environment.gateway_nodes()
    ),
    judge=_judge_likeness,
)

CHECKS: tuple[Check, ...] = (ADMIN_UNUSABLE, EMPTY_CONFIGURATION, NOT_READY, NODES_DIFFER)


def ready(environment: Environment, node: str) -> Needs:
    """What must hold of a node before anything can be expected through it."""
    with_status = _with_status(environment)
    if not isinstance(with_status, NotDeclared) and node in with_status:
        return ((NOT_READY, node),)
    return ((EMPTY_CONFIGURATION, node),)
