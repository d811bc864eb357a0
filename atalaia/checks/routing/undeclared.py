"""Routes of the gateway that the environment does not know: on none of its paths."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.leading import behind, led
from atalaia.checks.routing.promises import Promised, promised
from atalaia.checks.routing.twins import declaring
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.below import examples, part, understood
from atalaia.systems.kong.entities import Service
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.overlap import label
from atalaia.systems.kong.routing import Candidate


def _known(expected: Promised, candidate: Candidate) -> bool:
    """Whether a part of a route may take a request for a path that the environment names."""
    beside = tuple(expected.paths.beside(candidate))
    found = any(next(examples(candidate, path), None) is not None for path in beside)
    return found or (bool(beside) and not understood(candidate))


def _misplaced(given: Given, expected: Promised) -> frozenset[str | None]:
    """The declared services of routes that are not configured: route.not-in-file tells of what is there."""
    return frozenset(
        promise.declared.route.service
        for promises in expected.by_path.values()
        for promise in promises
        if led(given, promise.declared) is None
    )


def _declared_service(given: Given, expected: Promised, service: Service) -> str | None:
    assert given.configuration is not None, "the file is accepted"
    one = next((promise for promises in expected.by_path.values() for promise in promises), None)
    return behind(one.declared, given.configuration, service) if one else None


def _judge(seen: tuple[Any, ...], expected: Promised) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    assert given.configuration is not None, "the file is accepted"
    services = {service.id: service for service in given.configuration.services}
    misplaced = _misplaced(given, expected)
    findings = []
    for route in given.configuration.routes:
        service = services.get(route.service or "")
        if service is not None and not service.enabled:
            continue
        for position, path in enumerate(route.paths):
            candidate = part(route, path)
            if candidate is None or _known(expected, candidate):
                continue
            if service is not None and misplaced and _declared_service(given, expected, service) in misplaced:
                continue
            leads = f"to {service.name or service.host}" if service else "without a service"
            findings.append(
                Finding(
                    expected="routes for the declared paths, and no others",
                    observed=f"route {label(route)}, {leads}, takes {path}, which is no declared path and "
                    f"lies below none{_near(path, expected)}",
                    hop=Hop.GATEWAY.value,
                    cause=given.line(route, "paths", position),
                )
            )
    return findings


def _near(path: str, expected: Promised) -> str:
    near = get_close_matches(path.lstrip("~^").rstrip("$/"), list(expected.by_path), n=1, cutoff=0.75)
    return f"; near: {near[0]}" if near else ""


UNDECLARED = Check(
    id="route.undeclared",
    severity=Severity.MAJOR,
    catches="A route of the gateway on a path that the environment does not know: one for debugging that was "
    "forgotten, one for a service that is gone; nothing says what may be asked there, and nothing is tested.",
    remedy="Take the route away, or declare it: its path, service and class under `routes`.",
    source="RT02",
    targets=declaring,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: promised(environment),
    requires=lambda environment, target: accepted(environment),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (UNDECLARED,)
