"""How often each probe runs, so that no limiter's budget is harmed.

What is declared runs as declared, or the plan is refused. What follows from the environment gives way: it
runs less often, and where that is not enough, the last of those that share a limiter do not run at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from atalaia.environment import Environment
from probes.budget import Take, take_of, takes
from probes.planning.draft import Draft
from probes.planning.refusing import refuse

_SLOWER = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
)
"""Intervals that people find their way in."""
_UNKNOWN = (
    "no route of the gateway is known, and so no limit: declare `routes` or `gateway.declarative`, or an "
    "interval of its own under probes.overrides"
)


@dataclass(frozen=True)
class LeftOut:
    """A probe that does not run: for want of budget, or because it is not known what it would take."""

    name: str
    why: str


def scheduled(
    drafts: Sequence[Draft], environment: Environment, general: timedelta
) -> tuple[list[Draft], list[LeftOut]]:
    """The drafts, each with its interval, and those that no interval makes room for.

    `general` is the interval of what says none. Raises UsageErrors where what is declared takes more than
    the probes' share of a limiter.
    """
    left_out = {
        draft.name: LeftOut(draft.name, _UNKNOWN)
        for draft in drafts
        if draft.yields and not draft.costs_known
    }
    drafts = [draft for draft in drafts if draft.name not in left_out]
    every = {draft.name: draft if draft.interval else replace(draft, interval=general) for draft in drafts}
    yields = {draft.name for draft in drafts if draft.yields}
    refuse([draft for name, draft in every.items() if name not in yields], environment)
    # Those that no interval makes room for go first, so that the others need not make room for them.
    seldom = {
        name: replace(draft, interval=max(_SLOWER[-1], draft.interval or general))
        if name in yields
        else draft
        for name, draft in every.items()
    }
    for take in takes((draft.taker for draft in seldom.values()), environment):
        for name in _too_many(take, seldom, yields, environment):
            left_out[name] = LeftOut(name, f"no budget left: {take}")
            del seldom[name], every[name]
    while over := [
        take for take in takes((draft.taker for draft in every.values()), environment) if take.over
    ]:
        for name in yields.intersection(name for take in over for name in take.takers):
            every[name] = replace(every[name], interval=_slower(every[name].interval or general))
    return list(every.values()), list(left_out.values())


def _slower(interval: timedelta) -> timedelta:
    # There is one: at the last of them, what was not left out above has room.
    return next(step for step in _SLOWER if step > interval)


def _too_many(
    take: Take, every: Mapping[str, Draft], yields: Collection[str], environment: Environment
) -> tuple[str, ...]:
    """The last of those that share a bucket: so many that the others have room in it."""
    there = [every[name] for name in take.takers if name in every]
    fixed = [draft.taker for draft in there if draft.name not in yields]
    giving = [draft for draft in there if draft.name in yields]

    def over(kept: int) -> bool:
        takers = [*fixed, *(draft.taker for draft in giving[:kept])]
        return take_of(take.bucket, takers, environment).over

    if not giving or not over(len(giving)):  # what gave way elsewhere was enough
        return ()
    kept = bisect_left(range(1, len(giving) + 1), True, key=over)
    return tuple(draft.name for draft in giving[kept:])
