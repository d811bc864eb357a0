"""The plan of an environment, drawn from what it declares anyway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.environment.units import format_duration
from atalaia.errors import UsageErrors
from probes.budget import Take, Taker, takes
from probes.model import Planned
from probes.planning import added, certificates, control, hops, logins, monitoring, stores
from probes.planning.draft import Draft
from probes.planning.overrides import overridden
from probes.planning.schedule import LeftOut, scheduled
from probes.planning.telling import fault

INTERVAL = timedelta(seconds=60)
"""How often probes run where nothing is said."""


@dataclass(frozen=True)
class Plan:
    """What is probed, what is not and why, and what is taken of limiters."""

    planned: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...] = ()
    takes: tuple[Take, ...] = ()


def plan(environment: Environment) -> tuple[Planned, ...]:
    """The probes of an environment, the negative control last. Raises UsageErrors (see `drawn`)."""
    return drawn(environment).planned


@per_environment
def drawn(environment: Environment) -> Plan:
    """The whole plan, of all shards and for every location.

    Raises UsageErrors where what is declared cannot be probed, or takes more than a tenth of a limiter.
    """
    environment = _with_routes(environment)
    general = interval_of(environment)
    following = tuple(_following(environment))
    asked_for = added.drafts(environment)
    _refuse_same_names((*following, *asked_for), environment)
    drafts = (*overridden(following, environment), *asked_for)
    _refuse_late(drafts, environment, general)
    ready, left_out = scheduled(drafts, environment, general)
    negative = replace(control.draft(environment.probes.negative_control), interval=general)
    planned = tuple(_planned(draft, environment) for draft in (*ready, negative))
    takers = (Taker(each.name, each.interval, each.costs, each.attempts) for each in planned)
    return Plan(planned, tuple(left_out), takes(takers, environment))


def interval_of(environment: Environment) -> timedelta:
    """How often probes run that say nothing else: how often a run is due."""
    return environment.probes.interval or INTERVAL


def _following(environment: Environment) -> Iterator[Draft]:
    """What follows from the rest of the environment; what gives way first comes last."""
    if environment.services:
        # Loaded here: it brings the gateway's routes with it.
        from probes.planning import services

        yield from services.direct(environment)
    yield from logins.drafts(environment)
    if environment.services:
        yield from services.ways(environment)
    yield from hops.drafts(environment)
    yield from stores.drafts(environment)
    yield from certificates.drafts(environment)
    yield from monitoring.drafts(environment)


def _refuse_same_names(drafts: tuple[Draft, ...], environment: Environment) -> None:
    """Names are labels: two probes of one name would write the same series."""
    seen = {control.NAME}
    wrong = []
    for draft in drafts:
        if draft.name in seen:
            what = f"another probe is called {draft.name} already"
            wrong.append(fault(environment, draft.where, what, hint="choose another name"))
        seen.add(draft.name)
    if wrong:
        raise UsageErrors(wrong)


def _refuse_late(drafts: tuple[Draft, ...], environment: Environment, general: timedelta) -> None:
    """Where a probe says how long it may take, that is no longer than until its next turn."""
    wrong = [
        fault(
            environment,
            (*draft.told_at, "timeout"),
            "longer than the interval",
            allowed=f"at most {format_duration(draft.interval or general)}",
        )
        for draft in drafts
        if draft.timeout and draft.timeout > (draft.interval or general)
    ]
    if wrong:
        raise UsageErrors(wrong)


def _planned(draft: Draft, environment: Environment) -> Planned:
    assert draft.interval is not None, "it was scheduled"
    timeout = draft.timeout or environment.probes.timeout or environment.deadlines.total
    return Planned(
        name=draft.name,
        kind=draft.kind,
        instance=draft.instance,
        hop=draft.hop,
        interval=draft.interval,
        timeout=min(timeout, draft.interval),
        attempts=draft.attempts,
        costs=draft.costs,
        group=draft.group,
        expects_failure=draft.name == control.NAME,
        parameters=draft.parameters,
    )


def _with_routes(environment: Environment) -> Environment:
    """The environment with its routes, by which limiters are known: its own, else those of the gateway's
    file. The live gateway is not asked at every run: declare `routes` where there is no file."""
    if environment.routes or environment.gateway is None or environment.gateway_file is None:
        return environment
    # Loaded here: reading Kong's files takes long to load, and few runs need it.
    from atalaia.systems.kong.completion import completed
    from atalaia.systems.kong.given import given_of

    return completed(environment, given_of(environment))
