"""Alerts are heard at any time: no route that carries them is muted, unless the declared file has it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.alerting.routes import WRONG_RECEIVER, declared, severities
from atalaia.checks.metrics.alerting.status import cause_of, running, the_status
from atalaia.environment import Environment
from atalaia.environment.monitoring_secrecy import of_alertmanager
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.alertmanager.matchers import Unclear
from atalaia.systems.alertmanager.routing import Route, read_route
from atalaia.systems.alertmanager.time_intervals import cover_all, intervals_of
from atalaia.systems.configuration.values import told


@dataclass(frozen=True)
class Expected:
    """A severity whose alerts somebody should hear."""

    severity: str
    receivers: tuple[str, ...]
    in_file: bool
    """Whether a file says when they hear: then only what leaves no time at all is told here."""
    cause: str


def _expects(environment: Environment, target: str) -> Expected:
    return Expected(
        severity=target,
        receivers=declared(environment, target),
        in_file=environment.monitoring_files.alertmanager is not None,
        cause=cause_of(environment, ("route",)),
    )


def _judge(seen: tuple[Exchange], expected: Expected) -> Verdict:
    configuration = running(seen[0], f"alerts with severity={expected.severity} are heard")
    if isinstance(configuration, (list, Inconclusive)):
        return configuration
    try:
        taking = tuple(read_route(configuration["route"]).taken_by({"severity": expected.severity}))
    except Unclear as error:
        return Inconclusive(f"a route is not understood: {error}")
    return list(_findings(configuration, taking, expected))


def _findings(
    configuration: Mapping[str, Any], taking: tuple[Route, ...], expected: Expected
) -> Iterator[Finding]:
    for receiver in dict.fromkeys(expected.receivers):
        routes = [route for route in taking if route.receiver == receiver]
        quiet = [_when(configuration, route, only_always=expected.in_file) for route in routes]
        if quiet and all(quiet):  # one route that is never quiet is enough
            yield Finding(
                expected=f"an alert with severity={expected.severity} reaches {receiver} at any time",
                observed=f"its route is {' and '.join(dict.fromkeys(quiet))}",
                hop=Hop.MONITORING.value,
                cause=expected.cause,
            )


def _when(configuration: Mapping[str, Any], route: Route, *, only_always: bool) -> str:
    """When a route sends nothing, in words; empty where it always sends."""
    muted = intervals_of(configuration, route.muted)
    if route.muted and cover_all(muted):
        return f"muted always, by {_told(route.muted, muted)}"
    if only_always:
        return ""
    active = intervals_of(configuration, route.active)
    found = [f"muted in {_told(route.muted, muted)}"] if muted else []
    found += [f"active only in {_told(route.active, active)}"] if active and not cover_all(active) else []
    return " and ".join(found)


def _told(names: tuple[str, ...], intervals: tuple[Mapping[str, Any], ...]) -> str:
    return (
        f"{', '.join(names)} ({told(list(intervals), ('time_intervals', 'time_intervals'), of_alertmanager)})"
    )


MUTED = Check(
    id="alerting.muted",
    severity=Severity.CRITICAL,
    catches="A route that takes an alert to the right receiver and sends nothing: `mute_time_intervals` or "
    "`active_time_intervals` that was meant for another, or for one night.",
    remedy="Take the interval off the route, or correct it in `time_intervals`; where it is meant, declare "
    "the file that has it as alertmanager.config.",
    source="MT07; prometheus/alertmanager notify: TimeMuteStage, TimeActiveStage; dispatch/route.go",
    targets=severities,
    observes=lambda environment, target: (the_status(environment),),
    expects=_expects,
    requires=lambda environment, target: ((WRONG_RECEIVER, target),),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (MUTED,)
