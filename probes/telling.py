"""Runs, plans and results in words, for a terminal and cron's log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from atalaia.environment.units import format_duration
from probes.budget import Take
from probes.cron_run import Done
from probes.model import Planned, ProbeResult, Reason, Run
from probes.verdict import real

_NO_CONTROL = (
    "the negative control did not fail: something answers for addresses where nobody listens, so no result "
    "of this run is believed"
)


def run(done: Done) -> Iterator[str]:
    """What came of a run: a line, and one for each probe that fails."""
    results = real(done)
    good = sum(one.success for one in results)
    told = f"{_stamp(done.run.finished)} {done.run.environment}: "
    told += f"{good} of {len(results)} probes succeed" if done.run.valid else "invalid, no result is believed"
    if done.waiting:
        told += f", {done.waiting} have their turn later"
    if done.delivered:
        told += "; delivered" if done.run.valid else "; only that is delivered"
    yield f"{told}; {done.run.finished - done.run.started:.2f} s"
    if not done.run.valid:
        return
    yield from (f"  {_failure(done.run, one)}" for one in results if not one.success)
    yield from (f"  {_retried(one)}" for one in results if one.success and not one.first_try)


def troubles(done: Done) -> Iterator[str]:
    """What whoever reads cron's mail must know."""
    if not done.run.valid:
        yield _NO_CONTROL
    if done.interrupted:
        yield f"ended by {done.interrupted} before its time: what had not been probed by then is not told"
    yield from done.notes
    yield from (str(failure) for failure in done.failures)
    for one in real(done):
        if one.last.reason is Reason.DEFECT:
            yield f"{one.planned.name}: a defect of Atalaia: {one.last.shown.get('defect', one.last.detail)}"


def plan(planned: Iterable[Planned]) -> Iterator[str]:
    """A line a probe, under the name of its kind."""
    every = sorted(planned, key=lambda one: (one.expects_failure, one.kind))
    width = max((len(one.name) for one in every), default=0)
    for kind, probes in groupby(every, key=lambda one: "must fail" if one.expects_failure else one.kind):
        yield f"{kind}:"
        for one in probes:
            often = format_duration(one.interval)
            yield f"  {one.name.ljust(width)}  every {often:<7} {one.instance}{_costs(one)}"


def takes(taken: Iterable[Take]) -> Iterator[str]:
    """What is taken of limiters."""
    for take in taken:
        yield (
            f"  {take.bucket}: {take.average:.3g} of {take.limit} in {take.window:g} s on average, "
            f"{take.at_once} at once; at most {take.share:.0%} may be"
        )


def shown(result: ProbeResult, guilty: str = "") -> Iterator[str]:
    """The last result of a probe, with what was sent and seen."""
    planned, last = result.planned, result.last
    yield f"{planned.name} ({planned.kind}, {planned.instance}, hop {planned.hop})"
    outcome = "succeeded" if result.success else f"failed: {last.reason}"
    tried = f" at attempt {len(result.attempts)}" if len(result.attempts) > 1 else ""
    yield f"{_stamp(last.started)} {outcome}{tried} after {last.duration * 1000:.1f} ms"
    if last.detail:
        yield f"  {last.detail}"
    if guilty:
        yield f"  the hop that fails is the {guilty}"
    for name, seconds in last.phases.items():
        yield f"  {name:<12} {seconds * 1000:9.3f} ms"
    for name, value in last.facts.items():
        yield f"  {name} {value:.15g}"
    for name, labels in last.information.items():
        yield f"  {name} {', '.join(f'{key}={value}' for key, value in labels.items())}"
    if last.shown:
        yield "sent and seen:"
        text = json.dumps(last.shown, indent=2, ensure_ascii=False)
        yield from (f"  {line}" for line in text.splitlines())


def _failure(run: Run, result: ProbeResult) -> str:
    last = result.last
    told = f"{result.planned.name}: {last.reason}"
    if last.detail:
        told += f": {last.detail}"
    if (guilty := run.guilty.get(result.planned.group)) and guilty != result.planned.hop:
        told += f" (the hop that fails is the {guilty})"
    return told


def _retried(result: ProbeResult) -> str:
    first = result.attempts[0]
    return f"{result.planned.name}: succeeds at attempt {len(result.attempts)}; first: {first.reason}"


def _costs(planned: Planned) -> str:
    return "".join(f"  [{cost.requests} of {cost.bucket}]" for cost in planned.costs)


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
