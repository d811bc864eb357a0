"""The traffic rule: probes take at most a tenth of any limiter's budget, whatever runs with them.

Two counts must both fit. *On average*: requests of all probes over the limiter's window. *At once*: what
may fall within the time for which a request weighs, for cron runs all that is due in the same second; where
a tenth is less than one request, one may be sent, since the average sees to it that this is not often.
Every attempt counts, and every location: addresses may be shared, and a front may hide them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from atalaia.environment.units import format_duration
from atalaia.exchange.cost import Cost

if TYPE_CHECKING:
    from atalaia.environment import Environment

SHARE = 0.1
"""Part of any limiter's budget that probes may take; less where `allow.limiter_share` is less."""

_NEARLY = 1e-9


@dataclass(frozen=True)
class Taker:
    """What takes of limiters' buckets again and again."""

    name: str
    interval: timedelta
    costs: tuple[Cost, ...]
    attempts: int = 1


@dataclass(frozen=True)
class Take:
    """What probes take of one bucket of one limiter."""

    bucket: str
    limit: int
    window: float
    """Seconds."""
    share: float
    average: float
    """Requests in a window, on average."""
    at_once: int
    """Requests that may weigh at the same time."""
    takers: tuple[str, ...]
    """Names of the probes."""

    @property
    def allowed(self) -> int:
        """Requests that may weigh at the same time: the share, and one at least."""
        return max(int(self.limit * self.share + _NEARLY), 1)

    @property
    def often(self) -> bool:
        """Whether it is too much on average."""
        return self.average > self.limit * self.share + _NEARLY

    @property
    def over(self) -> bool:
        """Whether it is too much."""
        return self.often or self.at_once > self.allowed

    @property
    def part(self) -> float:
        """The part of the budget that is taken, by the count that weighs more."""
        return max(self.average, self.at_once if self.at_once > self.allowed else 0) / self.limit

    def __str__(self) -> str:
        """`60 of the 100 requests in 1h of “gateway auth-service auth 3600s client” (login)`"""
        requests = self.average if self.often else self.at_once
        window = format_duration(timedelta(seconds=self.window))
        more = f" and {len(self.takers) - 3} more" if len(self.takers) > 3 else ""
        within = f"of the {self.limit} requests in {window} of “{self.bucket}”"
        return f"{requests:.3g} {within} ({', '.join(self.takers[:3])}{more})"


def take_of(bucket: str, takers: Iterable[Taker], environment: Environment) -> Take:
    """What these take of one bucket, which all of them use."""
    return next(take for take in takes(takers, environment) if take.bucket == bucket)


def summed(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """Costs with each bucket once."""
    requests: Counter[str] = Counter()
    first: dict[str, Cost] = {}
    for cost in costs:
        requests[cost.bucket] += cost.requests
        first.setdefault(cost.bucket, cost)
    return tuple(replace(cost, requests=requests[bucket]) for bucket, cost in first.items())


def share_of(environment: Environment) -> float:
    """Part of any limiter's budget that probes may take here."""
    return min(SHARE, environment.limiter_share)


def locations_of(environment: Environment) -> int:
    """Places that send these probes."""
    probes = environment.probes
    return len({*probes.locations, *((probes.location,) if probes.location else ())}) or 1


def takes(takers: Iterable[Taker], environment: Environment) -> tuple[Take, ...]:
    """What these take of each bucket, in the order in which buckets are first met."""
    share, locations = share_of(environment), locations_of(environment)
    by_bucket: dict[str, list[tuple[Taker, Cost]]] = {}
    for taker in takers:
        for cost in taker.costs:
            by_bucket.setdefault(cost.bucket, []).append((taker, cost))
    return tuple(_take(bucket, paid, share, locations) for bucket, paid in by_bucket.items())


def _take(bucket: str, paid: list[tuple[Taker, Cost]], share: float, locations: int) -> Take:
    average, at_once = 0.0, 0
    for taker, cost in paid:
        requests = cost.requests * taker.attempts * locations
        every = taker.interval.total_seconds()
        average += requests * cost.window / every
        at_once += requests * math.ceil(cost.remembered / every - _NEARLY)
    first = paid[0][1]
    names = tuple(dict.fromkeys(taker.name for taker, _ in paid))
    return Take(bucket, first.limit, first.window, share, average, at_once, names)
