"""Probes that the environment adds to those that follow from it."""

from __future__ import annotations

from dataclasses import replace

from atalaia.environment import Environment
from atalaia.environment.faults import Location
from atalaia.environment.probes import Probe
from atalaia.errors import UsageError, UsageErrors
from probes.planning.added import connections, http, stores
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
    match probe.kind:
        case "http":
            return http.drafts(probe, environment)
        case "tcp":
            return connections.tcp(probe, environment)
        case "tls":
            return connections.tls(probe, environment)
        case "dns":
            return connections.dns(probe, environment)
        case "postgres":
            return stores.postgres(probe, environment)
        case "redis":
            return stores.redis(probe, environment)
        case "journey":
            from probes.planning.added import journey  # loaded where there is one

            return journey.drafts(probe, environment)
        case "catalogue":
            from probes.planning.added import catalogue  # brings every check with it

            return catalogue.drafts(probe, environment)


def _timed(draft: Draft, probe: Probe, where: Location) -> Draft:
    return replace(
        draft, where=where, interval=probe.interval, timeout=probe.timeout, attempts=probe.attempts
    )
