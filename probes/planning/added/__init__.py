"""Probes that the environment adds to those that follow from it."""

from __future__ import annotations

from dataclasses import replace

from atalaia.environment import Environment
from atalaia.environment.faults import Location
from atalaia.environment.probes import Probe
from atalaia.errors import UsageError, UsageErrors
from probes.planning.added import http
from probes.planning.draft import Draft
from probes.planning.telling import Mistaken, fault


def drafts(environment: Environment) -> tuple[Draft, ...]:
    """The drafts of all added probes. Raises UsageErrors with everything that is wrong about them."""
    found: list[Draft] = []
    wrong: list[UsageError] = []
    for index, probe in enumerate(environment.probes.add):
        where: Location = ("probes", "add", index)
        try:
            found += (_timed(draft, probe, where) for draft in _drafts(probe, environment))
        except Mistaken as error:
            place = (*where, *error.location)
            wrong.append(fault(environment, place, error.what, allowed=error.allowed, hint=error.hint))
    if wrong:
        raise UsageErrors(wrong)
    return tuple(found)


def _drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """Kinds other than http are loaded where there is one: each brings with it what it speaks."""
    match probe.kind:
        case "http":
            return http.drafts(probe, environment)
        case "tcp" | "tls" | "dns":
            from probes.planning.added import connections

            return connections.drafts(probe, environment)
        case "postgres" | "redis":
            from probes.planning.added import stores

            return stores.drafts(probe, environment)
        case "journey":
            from probes.planning.added import journey

            return journey.drafts(probe, environment)
        case "catalogue":
            from probes.planning.added import catalogue  # brings every check with it

            return catalogue.drafts(probe, environment)


def _timed(draft: Draft, probe: Probe, where: Location) -> Draft:
    return replace(
        draft, where=where, interval=probe.interval, timeout=probe.timeout, attempts=probe.attempts
    )
