"""Groups in a Pushgateway that nobody writes any more: they would show their last results for ever."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.errors import DeliveryError, NotMeasured
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.client import Group, NotTaken, Pushgateway
from probes.vantage import JOB

_SHARD = re.compile(r"(0|[1-9]\d*)/([1-9]\d*)\Z")
_PATIENCE = 3
"""Intervals without a push, after which a shard of another division is not written any more."""
_POLL = 0.1
_ANSWER = timedelta(seconds=30)


@dataclass(frozen=True)
class Watched:
    """What an environment names."""

    environment: str
    locations: frozenset[str]
    interval: timedelta
    shards: int | None = None
    """Into how many parts its probes are divided; None: as the group says that was pushed last."""


@dataclass(frozen=True)
class Obsolete:
    """A group that nobody writes."""

    group: Group
    why: str


def obsolete(groups: Iterable[Group], watched: Mapping[str, Watched], now: float) -> tuple[Obsolete, ...]:
    """The groups of probes that no environment names; of other jobs none.

    `now` is Unix time; pushes are dated by the Pushgateway's clock.
    """
    ours = [group for group in groups if group.labels.get("job") == JOB]
    newest: dict[tuple[str, str], Group] = {}
    for group in sorted(ours, key=lambda group: group.pushed):
        newest[_place(group)] = group
    found = ((group, _why(group, watched, newest[_place(group)], now)) for group in ours)
    return tuple(Obsolete(group, why) for group, why in found if why)


async def look(
    url: Url,
    network: Network,
    watched: Mapping[str, Watched],
    *,
    now: float,
    redactor: Redactor | None = None,
) -> tuple[Obsolete, ...]:
    """What lies in a Pushgateway and is obsolete. Raises NotMeasured where it cannot be asked."""
    try:
        return obsolete(await Pushgateway(url, network, redactor).groups(_ANSWER), watched, now)
    except NotTaken as error:
        raise NotMeasured(
            "the Pushgateway does not tell what lies there", where=str(url), observed=str(error)
        ) from error


async def remove(
    url: Url,
    network: Network,
    gone: Iterable[Obsolete],
    *,
    within: timedelta = _ANSWER,
    redactor: Redactor | None = None,
) -> None:
    """Take groups away, and wait until they are: a Pushgateway says 202 before it does it.

    A group that was pushed again meanwhile is left alone. Raises DeliveryError.
    """
    doomed = {_key(one.group): one.group for one in gone}
    try:
        await _take_away(Pushgateway(url, network, redactor), doomed, within)
    except NotTaken as error:
        raise DeliveryError(
            "groups cannot be taken away from the Pushgateway", where=str(url), observed=str(error)
        ) from error


async def _take_away(
    pushgateway: Pushgateway, doomed: Mapping[tuple[tuple[str, str], ...], Group], within: timedelta
) -> None:
    end = time.monotonic() + within.total_seconds()
    old = [group for group in await pushgateway.groups(within) if _is_same(group, doomed.get(_key(group)))]
    for group in old:
        await pushgateway.delete(group.labels, within)
    while left := _still(await pushgateway.groups(within), old):
        if time.monotonic() > end:
            raise NotTaken(f"{left} of {len(old)} groups still lie there", again=False)
        await asyncio.sleep(_POLL)


def _why(group: Group, watched: Mapping[str, Watched], newest: Group, now: float) -> str:
    environment, location = _place(group)
    wanted = watched.get(environment)
    if wanted is None:
        return f"no environment is named {environment}" if environment else "it names no environment"
    if location not in wanted.locations:
        return f"{environment} is not probed from {location or 'a place without a name'}"
    if set(group.labels) != {"job", "environment", "location", "shard"}:
        return "its key is not one that probes write"
    shard = _SHARD.match(group.labels["shard"])
    if shard is None or int(shard[1]) >= int(shard[2]):
        return f"{group.labels['shard']} is no shard"
    if wanted.shards is not None:
        return "" if int(shard[2]) == wanted.shards else f"there are {wanted.shards} shards"
    now_divided = _SHARD.match(newest.labels.get("shard", ""))
    silent = now - group.pushed > _PATIENCE * wanted.interval.total_seconds()
    if now_divided and now_divided[2] != shard[2] and silent:
        return f"there are {now_divided[2]} shards, by the last push"
    return ""


def _place(group: Group) -> tuple[str, str]:
    return group.labels.get("environment", ""), group.labels.get("location", "")


def _key(group: Group) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(group.labels.items()))


def _is_same(group: Group, seen: Group | None) -> bool:
    return seen is not None and group.pushed == seen.pushed


def _still(groups: Iterable[Group], old: Iterable[Group]) -> int:
    gone = {_key(group): group for group in old}
    return sum(_is_same(group, gone.get(_key(group))) for group in groups)
