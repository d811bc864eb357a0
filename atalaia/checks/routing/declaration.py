"""The declarative file: one that Kong takes, and that every node serves."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import admin_lists, listed, live, private_lists, readable
from atalaia.checks.gateway import NODES_DIFFER
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.admin.model import AdminEntities, AdminList
from atalaia.systems.kong.drift import Difference, Drift, drift
from atalaia.systems.kong.given import Given, given_of
from atalaia.systems.kong.live import KINDS, PRIVATE

WHOLE = "gateway"
"""The target of what is judged for the gateway as a whole."""
_SHOWN = 50


def with_file(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The gateway as a whole, where its declarative file is named."""
    return (WHOLE,) if _has_file(environment) else NotDeclared("gateway.declarative")


def _has_file(environment: Environment) -> bool:
    return environment.gateway_file is not None and not environment.gateway_file.live


def _judge_file(seen: tuple[()], expected: Given) -> Verdict:
    return [
        Finding(
            expected="a declarative file that Kong loads",
            observed=f"Kong refuses it: {told}",
            hop=Hop.GATEWAY.value,
            cause=place,
        )
        for place, _, told in (problem.partition(": ") for problem in expected.problems)
    ]


REFUSED = Check(
    id="declaration.refused",
    severity=Severity.CRITICAL,
    catches="A declarative file that Kong refuses as a whole: the next restart or reload leaves the old "
    "configuration in place, or none at all.",
    remedy="Correct every line that is named, and look at the file with `kong config parse` before it is "
    "deployed.",
    source="RT11; Kong 3.4, declarative configuration",
    targets=with_file,
    observes=lambda environment, target: (),
    expects=lambda environment, target: given_of(environment),
    judge=_judge_file,
)


def accepted(environment: Environment) -> Needs:
    """What must hold before anybody reads the gateway's configuration, from its file or its Admin API."""
    return ((REFUSED, WHOLE),) if _has_file(environment) else readable(environment)


def _nodes_with_file(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return (
        tuple(environment.gateway_nodes()) if _has_file(environment) else NotDeclared("gateway.declarative")
    )


def _node_needs(environment: Environment, target: str) -> Needs:
    return all_of(accepted(environment), listed(environment, target))


def _all_lists(environment: Environment, node: str) -> tuple[AdminList, ...]:
    return (*admin_lists(environment, node), *private_lists(environment, node))


def _compared(environment: Environment, target: str) -> tuple[Given | None, str]:
    return given_of(environment), str(endpoints(environment)[f"{target}-admin"])


def _differences(
    seen: tuple[AdminEntities, ...], expected: tuple[Given, str], kind: Drift
) -> list[Difference] | Inconclusive:
    file, address = expected
    served = live(seen, address)
    if isinstance(served, Inconclusive):
        return served
    return [each for each in _drift(file, served) if each.drift is kind]


def _drift(file: Given, served: Given) -> tuple[Difference, ...]:
    """Three checks ask of each node, and with a thousand routes the answer takes a while."""
    key = (id(file), id(served))
    if key not in _DRIFTS:
        assert served.configuration is not None, "lists that were read"
        if len(_DRIFTS) >= _KEPT:
            del _DRIFTS[next(iter(_DRIFTS))]
        # Both are kept with what was found: as long as it is there, no others have their ids.
        kinds = (*KINDS, *(kind for kind in PRIVATE if kind in served.listed))
        _DRIFTS[key] = (file, served, drift(file, served.configuration, kinds))
    return _DRIFTS[key][2]


_KEPT = 8
_DRIFTS: dict[tuple[int, int], tuple[Given, Given, tuple[Difference, ...]]] = {}


def _told(found: list[Difference], expected: str, observed: str) -> list[Finding]:
    findings = [
        Finding(
            expected=expected,
            observed=f"{observed}: {each.kind} {each.name}",
            hop=Hop.GATEWAY.value,
            cause=each.place,
        )
        for each in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        rest = f"{observed}: {len(found) - _SHOWN} more"
        findings.append(Finding(expected=expected, observed=rest, hop=Hop.GATEWAY.value))
    return findings


def _judge_missing(seen: tuple[AdminEntities, ...], expected: tuple[Given, str]) -> Verdict:
    found = _differences(seen, expected, Drift.MISSING)
    if isinstance(found, Inconclusive):
        return found
    return _told(found, "every entity of the declarative file", "the node does not have")


def _judge_extra(seen: tuple[AdminEntities, ...], expected: tuple[Given, str]) -> Verdict:
    found = _differences(seen, expected, Drift.EXTRA)
    if isinstance(found, Inconclusive):
        return found
    return _told(found, "nothing that the declarative file does not have", "the node has")


def _judge_different(seen: tuple[AdminEntities, ...], expected: tuple[Given, str]) -> Verdict:
    found = _differences(seen, expected, Drift.DIFFERENT)
    if isinstance(found, Inconclusive):
        return found
    changes = [(each, change) for each in found for change in each.changes]
    findings = [
        Finding(
            expected=f"{each.kind} {each.name}: {change.field} {change.file}",
            observed=change.live,
            hop=Hop.GATEWAY.value,
            cause=change.place,
        )
        for each, change in changes[:_SHOWN]
    ]
    if len(changes) > _SHOWN:
        rest = f"{len(changes) - _SHOWN} more differences"
        findings.append(Finding(expected="the file's values", observed=rest, hop=Hop.GATEWAY.value))
    return findings


MISSING = Check(
    id="declaration.missing",
    severity=Severity.CRITICAL,
    catches="Something that the declarative file has and a node does not: a route that was deleted by "
    "hand, a node that still runs an older file.",
    remedy="Load the declarative file on the node again, or take out of the file what is meant to be gone.",
    source="RT11",
    targets=_nodes_with_file,
    observes=_all_lists,
    expects=_compared,
    requires=_node_needs,
    judge=_judge_missing,
)
EXTRA = Check(
    id="declaration.extra",
    severity=Severity.MAJOR,
    catches="Something that a node has and the declarative file does not: a route that was added by hand, "
    "which nobody reviewed and the next deploy removes.",
    remedy="Add it to the declarative file, or load the file on the node again.",
    source="RT11",
    targets=_nodes_with_file,
    observes=_all_lists,
    expects=_compared,
    requires=_node_needs,
    judge=_judge_extra,
)
DIFFERS = Check(
    id="declaration.differs",
    severity=Severity.MAJOR,
    catches="An entity that has other values on a node than in the declarative file.",
    remedy="Load the declarative file on the node again, or write into the file what is meant.",
    source="RT11",
    targets=_nodes_with_file,
    observes=_all_lists,
    expects=_compared,
    requires=_node_needs,
    judge=_judge_different,
)

CHECKS: tuple[Check, ...] = (REFUSED, MISSING, EXTRA, DIFFERS)


def alike(environment: Environment) -> Needs:
    """What must hold before two requests through the front, each to some node, can be compared."""
    nodes = tuple(environment.gateway_nodes())
    missing = tuple((MISSING, node) for node in nodes) if _has_file(environment) else ()
    return (*missing, (NODES_DIFFER, WHOLE)) if len(nodes) > 1 else missing
