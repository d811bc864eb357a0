"""Plans that are refused: what is declared takes more of a limiter than probes may."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.faults import dotted
from atalaia.environment.units import format_duration
from atalaia.errors import UsageError, UsageErrors
from probes.budget import Take, take_of, takes
from probes.planning.draft import Draft
from probes.planning.telling import fault

_NEVER = 1441
"""Minutes: longer than any interval that is proposed."""


def refuse(declared: Sequence[Draft], environment: Environment) -> None:
    """Raise UsageErrors where these take too much: the limiter, and the interval that would do."""
    over = [take for take in takes((draft.taker for draft in declared), environment) if take.over]
    if not over:
        return
    remedies = [(take, _enough(take, declared, environment)) for take in over]
    # Windows of one limiter are overdrawn together: of the same probes, that is told which wants most.
    remedies.sort(key=lambda each: (-(each[1] or _NEVER), -each[0].part))
    told: dict[tuple[str, ...], UsageError] = {}
    for take, enough in remedies:
        if take.takers not in told:
            told[take.takers] = _refused(take, enough, declared, environment)
    raise UsageErrors(told.values())


def _refused(
    take: Take, enough: int | None, declared: Sequence[Draft], environment: Environment
) -> UsageError:
    takers = [draft for draft in declared if draft.name in take.takers]
    keys = ", ".join(_interval_key(draft) for draft in takers[:3]) + (" …" if len(takers) > 3 else "")
    if enough:
        hint = f"{keys}: {format_duration(timedelta(minutes=enough))} or longer"
    else:
        hint = "no interval makes room: probe a hop without this limiter, or send less at once"
    return fault(
        environment,
        takers[0].told_at,
        f"the probes would take {take}",
        allowed=f"at most {take.share * 100:g} % of a limiter, all locations and attempts together",
        hint=hint,
    )


def _enough(take: Take, declared: Sequence[Draft], environment: Environment) -> int | None:
    """Minutes between two runs of each probe that make room; None where no day's do."""
    takers = [draft for draft in declared if draft.name in take.takers]
    found = bisect_left(
        range(1, _NEVER),
        True,
        key=lambda minutes: not _with_interval(takers, minutes, take, environment).over,
    )
    return found + 1 if found + 1 < _NEVER else None


def _with_interval(takers: Iterable[Draft], minutes: int, take: Take, environment: Environment) -> Take:
    step = timedelta(minutes=minutes)
    slower = [replace(each, interval=max(step, each.interval or step)) for each in takers]
    return take_of(take.bucket, [draft.taker for draft in slower], environment)


def _interval_key(draft: Draft) -> str:
    return f"{dotted(draft.told_at)}.interval"
