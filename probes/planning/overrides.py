"""What the environment says differently about probes that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from atalaia.environment import Environment
from atalaia.environment.faults import did_you_mean, listed
from atalaia.errors import UsageErrors
from probes.planning.draft import Draft
from probes.planning.telling import fault


def overridden(drafts: Iterable[Draft], environment: Environment) -> tuple[Draft, ...]:
    """The drafts as the environment wants them, without those that it switches off.

    Raises UsageErrors for names that no draft has.
    """
    every = tuple(drafts)
    overrides = environment.probes.overrides
    names = [draft.name for draft in every]
    if unknown := [name for name in overrides if name not in names]:
        raise UsageErrors(
            fault(
                environment,
                ("probes", "overrides", name),
                "no such probe follows from the environment",
                allowed=f"there are: {listed(names)}",
                hint=did_you_mean(name, names),
            )
            for name in unknown
        )
    return tuple(_as_wanted(draft, environment) for draft in every if _enabled(draft, environment))


def _enabled(draft: Draft, environment: Environment) -> bool:
    override = environment.probes.overrides.get(draft.name)
    return override is None or override.enabled


def _as_wanted(draft: Draft, environment: Environment) -> Draft:
    override = environment.probes.overrides.get(draft.name)
    if override is None:
        return draft
    return replace(
        draft,
        interval=override.interval or draft.interval,
        timeout=override.timeout or draft.timeout,
        attempts=override.attempts or draft.attempts,
    )
