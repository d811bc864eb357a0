"""What would be sent: stages, mix, identities, and what must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator

from atalaia.environment import Environment
from loadtests.plan import Entry, Limiter, LoadPlan, Stage
from loadtests.telling.table import aligned
from loadtests.thresholds import Limits, Thresholds
from loadtests.verdict import told
from reports.visible import visible


def planned(plan: LoadPlan, thresholds: Thresholds, environment: Environment, columns: int) -> Iterator[str]:
    """Lines. Nothing of headers and bodies is told: they hold tokens."""
    room = max(columns - 4, 40)
    names = visible(plan.scenario, limit=60), visible(environment.name, limit=60)
    yield f"{names[0]} to {names[1]} ({environment.safety.value}), {plan.base}"
    yield ""
    yield f"stages: {plan.arrivals} arrivals, {told.seconds(plan.lasts)} in all"
    yield from _indented(aligned([_stage(stage) for stage in plan.stages], frozenset({1, 2})))
    yield ""
    weights = sum(entry.weight for entry in plan.entries)
    yield "mix: part of the arrivals, and what each sends"
    for entry in plan.entries:
        yield from _indented(_entry(entry, weights, room))
    yield ""
    yield "identities and limits"
    yield f"  {_addresses(plan)}"
    yield from _indented(aligned([_limiter(limiter) for limiter in plan.limiters]))
    yield f"  at most {plan.in_flight:,} unanswered at once, each waited for {told.seconds(plan.timeout)}"
    yield f"  never more than {told.rate(plan.max_rate)}"
    yield ""
    yield "what must hold"
    held = list(_limits("all", thresholds))
    for name, limits in thresholds.routes.items():
        held += _limits(name, limits)
    yield from (
        _indented(aligned(held))
        if held
        else iter(("  nothing: give the environment an slo, or the scenario thresholds",))
    )
    yield ""
    yield "nothing was sent"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines)


def _stage(stage: Stage) -> tuple[str, str, str, str]:
    rates = (
        told.rate(stage.rate)
        if stage.rate == stage.until
        else f"{told.rate(stage.rate)} to {told.rate(stage.until)}"
    )
    return (
        visible(stage.name, limit=40),
        rates,
        f"{stage.lasts:g} s",
        "" if stage.measured else "warm-up, not judged",
    )


def _entry(entry: Entry, weights: float, room: int) -> Iterator[str]:
    data = f"  rows of {entry.data}" if entry.data else ""
    yield visible(f"{told.share(entry.weight / weights):>7}  {entry.name}{data}", limit=room)
    for request in entry.requests:
        text = f"{request.method} {request.path}"
        if (request.name, text) != (entry.name, entry.name):
            yield visible(f"         {text}", limit=room)


def _addresses(plan: LoadPlan) -> str:
    if not plan.identities:
        return "from this machine's own address"
    first, last = plan.identities[0], plan.identities[-1]
    if len(plan.identities) == 1:
        return f"from {first}"
    return f"from {len(plan.identities):,} source addresses, {first} to {last}, in turn"


def _limiter(limiter: Limiter) -> tuple[str, str]:
    keys = {"address": "address", "header": "value", "token": "token", "everybody": "client"}[limiter.by]
    whose = f"each of {limiter.keys:,} {_many(keys)}" if limiter.keys > 1 else f"one {keys}"
    if limiter.by in ("token", "everybody"):
        whose = f"all {_many(keys)} together"
    each = math.ceil(limiter.requests / limiter.keys)
    window = told.seconds(limiter.window)
    return visible(limiter.name, limit=50), f"{each:,} of {limiter.allowed:,} in {window} by {whose}"


def _many(word: str) -> str:
    return f"{word}es" if word.endswith("s") else f"{word}s"


def _limits(where: str, limits: Limits) -> Iterator[tuple[str, str, str]]:
    if limits.throughput is not None:
        yield where, "throughput", f"at least {told.rate(limits.throughput)} in every window"
    for name in ("p50", "p95", "p99"):
        value = getattr(limits, name)
        if value is not None:
            yield where, name, f"at most {told.seconds(value)}, from the intended start"
    if limits.error_rate is not None:
        yield where, "error rate", f"at most {told.share(limits.error_rate)}, by its confidence interval"
    if limits.failures is not None:
        yield where, "failures", f"at most {limits.failures}"
