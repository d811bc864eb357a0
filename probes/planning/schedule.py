"""How often each probe runs, so that no limiter's budget is harmed.

What is declared runs as declared, or the plan is refused. What follows from the environment gives way: it
runs less often, and where that is not enough, the last of those that share a limiter do not run at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.faults import dotted
from atalaia.environment.units import format_duration
from atalaia.errors import UsageError, UsageErrors
from probes.budget import Take, Taker, takes
from probes.planning.draft import Draft
from probes.planning.telling import fault

_SLOWER = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
)
"""Intervals that people find their way in."""
_UNKNOWN = (
    "no route of the gateway is known, and so no limit: declare `routes` or `gateway.declarative`, or an "
    "interval of its own under probes.overrides"
)
_NEVER = 1441
"""Minutes: longer than any interval that is proposed."""


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
    _refuse([draft for name, draft in every.items() if name not in yields], environment)
    # Those that no interval makes room for go first, so that the others need not make room for them.
    seldom = {
        name: replace(draft, interval=max(_SLOWER[-1], draft.interval or general))
        if name in yields
        else draft
        for name, draft in every.items()
    }
    for take in takes(map(_taker, seldom.values()), environment):
        for name in _too_many(take, seldom, yields, environment):
            left_out[name] = LeftOut(name, f"no budget left: {_told(take)}")
            del seldom[name], every[name]
    while over := [take for take in takes(map(_taker, every.values()), environment) if take.over]:
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
    fixed = [draft for draft in there if draft.name not in yields]
    giving = [draft for draft in there if draft.name in yields]

    def over(kept: int) -> bool:
        return _of_bucket(take.bucket, [*fixed, *giving[:kept]], environment).over

    if not giving or not over(len(giving)):  # what gave way elsewhere was enough
        return ()
    kept = bisect_left(range(1, len(giving) + 1), True, key=over)
    return tuple(draft.name for draft in giving[kept:])


def _of_bucket(bucket: str, drafts: Iterable[Draft], environment: Environment) -> Take:
    """What these take of one bucket, which all of them use."""
    return next(take for take in takes(map(_taker, drafts), environment) if take.bucket == bucket)


def _taker(draft: Draft) -> Taker:
    assert draft.interval is not None, "it was given one"
    return Taker(draft.name, draft.interval, draft.costs, draft.attempts)


def _refuse(declared: Sequence[Draft], environment: Environment) -> None:
    over = [take for take in takes(map(_taker, declared), environment) if take.over]
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
        f"the probes would take {_told(take)}",
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
    return _of_bucket(take.bucket, slower, environment)


def _interval_key(draft: Draft) -> str:
    return f"{dotted(draft.told_at)}.interval"


def _told(take: Take) -> str:
    """`60 of the 100 requests in 1h of gateway auth-service auth 3600s client, by login`"""
    requests = take.average if take.often else take.at_once
    window = format_duration(timedelta(seconds=take.window))
    within = f"of the {take.limit} requests in {window} of “{take.bucket}”"
    names = ", ".join(take.takers[:3]) + (f" and {len(take.takers) - 3} more" if len(take.takers) > 3 else "")
    return f"{requests:.3g} {within} ({names})"
