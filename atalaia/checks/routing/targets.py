"""The targets of upstreams: healthy, checked, and known by name (RT13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import given_of, listed
from atalaia.checks.observables import bare
from atalaia.checks.routing.declaration import accepted
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.admin.model import AdminEntities, AdminList
from atalaia.systems.kong.given import Given

Judge = Callable[[tuple[Any, ...], Any], Verdict]
_STATES = frozenset({"HEALTHY", "UNHEALTHY", "HEALTHCHECKS_OFF", "DNS_ERROR"})
"""What Kong says of a target; it says null of one that its balancer does not know yet."""


def _nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every node, where the file has upstreams, or where only the nodes know."""
    given = given_of(environment)
    if given and given.configuration and not given.configuration.upstreams:
        return NotDeclared("upstreams in the gateway's configuration")
    return tuple(environment.gateway_nodes()) or NotDeclared("gateway")


def health_of_targets(environment: Environment, node: str) -> tuple[AdminList, ...]:
    """The upstreams of a node, and the health of their targets as its balancer sees it."""
    url = endpoints(environment)[f"{node}-admin"]
    return (
        AdminList(
            key=f"LIST {node}-admin /upstreams with health",
            hop=Hop.GATEWAY,
            url=bare(url),
            path="/upstreams",
            below="health",
        ),
    )


def named_targets(seen: AdminEntities) -> Iterator[tuple[str, dict[str, Any]]]:
    """(upstream's name, target) of every target that gets requests."""
    names = _names(seen)
    for target in seen.below:
        if target.get("weight") != 0:
            yield names.get(_upstream(target), ""), target


def _names(seen: AdminEntities) -> dict[str, str]:
    return {document["id"]: str(document.get("name") or document["id"]) for document in seen.documents}


def _upstream(target: dict[str, Any]) -> str:
    upstream = target.get("upstream")
    return str(upstream.get("id", "")) if isinstance(upstream, dict) else ""


def _without_targets(seen: AdminEntities) -> list[str]:
    """The names of the upstreams that have nobody to send requests to."""
    having = {name for name, _ in named_targets(seen)}
    # A target that does not say whose it is may be anybody's.
    return [] if "" in having else [name for name in _names(seen).values() if name not in having]


def _judging(state: str, expected: str, told: str, *, empty: bool = False) -> Judge:
    """A judge that finds the targets in one state; with `empty`, the upstreams without targets too."""

    def judge(seen: tuple[AdminEntities], file: Given | None) -> Verdict:
        (lists,) = seen
        if lists.failure:
            why = f"the health of the upstreams could not be read: {lists.failure}"
            return not_measured(lists.failure) or Inconclusive(why)
        if not lists.documents:
            return Inconclusive(
                "the node lists no upstream"
                + (
                    ", though the file has some"
                    if file
                    else "; gateway.declarative would tell if any is meant"
                )
            )
        findings = [
            Finding(
                expected=f"target {target.get('target')} of upstream {name} {expected}",
                observed=f"{target.get('health')}: {told}",
                hop=Hop.GATEWAY.value,
                cause=_line(file, name, str(target.get("target"))),
            )
            for name, target in named_targets(lists)
            if target.get("health") == state
        ]
        if empty:
            findings += [
                Finding(
                    expected=f"upstream {name} has a target with a weight above 0",
                    observed="it has none: whatever leads to it is answered with 503",
                    hop=Hop.GATEWAY.value,
                    cause=_line(file, name, ""),
                )
                for name in _without_targets(lists)
            ]
        return findings or _untold(lists)

    return judge


def _untold(seen: AdminEntities) -> Verdict:
    """No finding, unless a target is in a state that says nothing."""
    for name, target in named_targets(seen):
        if (state := target.get("health")) not in _STATES:
            told = f"the health of target {target.get('target')} of upstream {name} is {state or 'not told'}"
            return Inconclusive(told)
    return []


def _line(file: Given | None, upstream: str, target: str) -> str:
    if file is None or file.configuration is None:
        return ""
    for one in file.configuration.upstreams:
        if one.name == upstream:
            own = (it for it in file.configuration.targets if (it.upstream, it.target) == (one.id, target))
            return file.line(next(own, one))
    return ""


def _check(id: str, severity: Severity, catches: str, remedy: str, judge: Judge) -> Check:
    return Check(
        id=id,
        severity=severity,
        catches=catches,
        remedy=remedy,
        source="RT13; Kong 3.4, kong/runloop/balancer/targets.lua",
        targets=_nodes,
        observes=health_of_targets,
        expects=lambda environment, target: given_of(environment),
        requires=lambda environment, target: all_of(accepted(environment), listed(environment, target)),
        judge=judge,
    )


UNHEALTHY = _check(
    "upstream.target-unhealthy",
    Severity.CRITICAL,
    "A target that the node takes for dead and sends nothing to: the others carry its share, or nobody does. "
    "An upstream without any target.",
    "Look at the target itself, and at what the health checks ask it for.",
    _judging("UNHEALTHY", "is HEALTHY", "the node's health checks took it out", empty=True),
)
UNCHECKED = _check(
    "upstream.target-unchecked",
    Severity.MAJOR,
    "An upstream whose health checks are off, as they are by default: a target that dies goes on getting "
    "its share of the requests.",
    "Set healthchecks.active with intervals above 0 and a path, or passive with failures above 0.",
    _judging("HEALTHCHECKS_OFF", "is checked", "neither active nor passive checks are on"),
)
UNRESOLVED = _check(
    "upstream.target-unresolved",
    Severity.CRITICAL,
    "A target whose name the node cannot resolve.",
    "Correct the target's host, or the DNS that the node asks.",
    _judging("DNS_ERROR", "is resolved", "its name is not resolved"),
)

CHECKS: tuple[Check, ...] = (UNHEALTHY, UNCHECKED, UNRESOLVED)
