"""When requests are intended: fixed before anything is sent, whatever the target does. Pure."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from loadtests.plan import LoadPlan, Stage


@dataclass(frozen=True)
class Share:
    """Which part of the load is one worker's."""

    index: int
    """0 … of-1."""
    of: int

    def part(self, total: int) -> int:
        """Its part of a number that the workers split, to the last one."""
        return total // self.of + (self.index < total % self.of)


class Arrival(NamedTuple):
    """The intended start of one request, or of a journey's first."""

    number: int
    """Among all workers' arrivals: the i-th of n workers has i, i+n …"""
    at: float
    """Seconds since the load began."""
    stage: int
    """Index of its stage."""


class Schedule:
    """The stages of a plan as one course of rates."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = tuple(stages)
        self._begins = [stage.begins for stage in stages]
        self._before: list[float] = []
        """Arrivals before each stage."""
        total = 0.0
        for stage in stages:
            self._before.append(total)
            total += (stage.rate + stage.until) / 2 * stage.lasts
        self.total = total
        """Arrivals in all, of all workers; for Poisson arrivals the mean."""

    def stage_at(self, at: float) -> int:
        """The stage at a moment; after the end the last one."""
        return max(bisect_right(self._begins, at) - 1, 0)

    def rate_at(self, at: float) -> float:
        """Arrivals a second that are intended at a moment; none outside all stages."""
        stage = self._stages[self.stage_at(at)]
        since = at - stage.begins
        if not 0 <= since < stage.lasts:
            return 0.0
        return stage.rate + (stage.until - stage.rate) * since / stage.lasts

    def when(self, count: float) -> tuple[int, float]:
        """(stage, moment) at which so many arrivals have been; count < total."""
        index = max(bisect_right(self._before, count) - 1, 0)
        stage = self._stages[index]
        more = count - self._before[index]
        if stage.rate == stage.until > 0:
            return index, stage.begins + min(more / stage.rate, stage.lasts)
        rising = (stage.until - stage.rate) / stage.lasts
        root = math.sqrt(max(stage.rate**2 + 2 * rising * more, 0.0))
        since = 2 * more / (stage.rate + root) if more > 0 else 0.0
        return index, stage.begins + min(since, stage.lasts)


def arrivals(plan: LoadPlan, share: Share) -> Iterator[Arrival]:
    """One worker's arrivals, in order; the same ones for the same plan and share.

    Uniform: the workers' arrivals interlace to one even stream. Poisson: each worker's own stream of its
    part of the rate, which together are one Poisson stream, whatever their clocks.
    """
    schedule = Schedule(plan.stages)
    counts = _evenly(share) if plan.arrivals == "uniform" else _by_chance(plan.seed, share)
    for turn, count in enumerate(counts):
        if count >= schedule.total - 1e-6:
            return
        stage, at = schedule.when(count)
        yield Arrival(share.index + turn * share.of, at, stage)


def _evenly(share: Share) -> Iterator[float]:
    count = share.index
    while True:
        yield float(count)
        count += share.of


def _by_chance(seed: int, share: Share) -> Iterator[float]:
    """A Poisson process of changing rate is one of rate 1 whose time is the count of what was to be."""
    chance = random.Random(f"{seed}/{share.index}/{share.of}/arrivals")  # noqa: S311 - repeatable
    count = 0.0
    while True:
        count += chance.expovariate(1.0) * share.of
        yield count
