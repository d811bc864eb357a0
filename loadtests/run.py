"""One `atalaia load run`: plan, send, judge, look at the stack's own side, keep, push."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from atalaia.environment import Environment
from loadtests.measured import Measured
from loadtests.plan import LoadPlan
from loadtests.process import Address, generate
from loadtests.scenario import Scenario, plan, thresholds
from loadtests.server_side.looking import look
from loadtests.server_side.model import ServerSide
from loadtests.thresholds import Thresholds
from loadtests.verdict.judge import judge
from loadtests.verdict.model import Verdict
from loadtests.verdict.search import Found, Ladder, Step, concluded, search
from loadtests.watching import Watchers, watching

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    workers: int = 1
    remote: int = 0
    """Workers of other machines; then `workers` is 0 …"""
    bind: Address | None = None
    """… and they find the master here."""
    abort: bool = True
    """Whether a run that cannot pass any more is ended."""
    csv: Path | None = None
    html: Path | None = None
    web: bool = False
    rate: float | None = None
    """Arrivals a second, instead of the scenario's."""
    push: bool = True
    listen: tuple[str, int] | None = None
    """Where /metrics is served meanwhile."""
    columns: int = 80
    """Of the terminal."""


@dataclass(frozen=True)
class Ran:
    """What came of it."""

    plan: LoadPlan
    thresholds: Thresholds
    measured: Measured
    """Of a search, its last run's."""
    verdict: Verdict
    server: ServerSide
    steps: tuple[Step, ...] = ()
    """Of a search, each of its runs."""


def run(environment: Environment, scenario: Scenario, asked: Asked, say: Say) -> Ran:
    """Send the load and judge it. Raises UsageErrors where it is refused; nothing was sent then."""
    labels = {"environment": environment.name, "scenario": scenario.name}
    # Before anything listens or is pushed: a load that is refused leaves no trace.
    first = plan(scenario, environment, rate=asked.rate)
    with watching(labels, environment, push=asked.push, listen=asked.listen) as watchers:
        if scenario.breakpoint is not None and asked.rate is None:
            ran = _searched(environment, scenario, asked, watchers, say)
        else:
            ran = _once(
                environment, first, thresholds(scenario, environment, rate=asked.rate), asked, watchers
            )
    if watchers.failure:
        say(f"live metrics: {watchers.failure}")
    return ran


def _once(
    environment: Environment,
    chosen: LoadPlan,
    limits: Thresholds,
    asked: Asked,
    watchers: Watchers,
) -> Ran:
    measured, answered = _sent(chosen, limits, asked, watchers)
    verdict = judge(measured, chosen, limits)
    return Ran(chosen, limits, measured, verdict, _server_side(environment, chosen, measured, answered))


def _searched(
    environment: Environment, scenario: Scenario, asked: Asked, watchers: Watchers, say: Say
) -> Ran:
    """Run after run, until the highest rate that holds is known."""
    assert scenario.breakpoint is not None, "a search is asked for"
    ladder = _ladder(scenario)
    steps: list[Step] = []
    while not isinstance(rate := search(steps, ladder), Found):
        chosen = plan(scenario, environment, rate=rate)
        limits = thresholds(scenario, environment, rate=rate)
        measured, answered = _sent(chosen, limits, asked, watchers)
        verdict = judge(measured, chosen, limits)
        steps.append(Step(rate=rate, outcome=verdict.outcome, because=verdict.because))
        say(f"{rate:g}/s: {verdict.outcome.value}, {verdict.because}")
        if measured.interrupted and not measured.interrupted.startswith("aborted"):
            break
    else:
        verdict = concluded(rate, None)
    return Ran(
        chosen, limits, measured, verdict, _server_side(environment, chosen, measured, answered), tuple(steps)
    )


def _sent(chosen: LoadPlan, limits: Thresholds, asked: Asked, watchers: Watchers) -> tuple[Measured, float]:
    """What was measured, and when the last answer was there."""
    with watchers.of(chosen, limits if asked.abort else None, asked.columns) as follow:
        measured = generate(
            chosen,
            workers=asked.workers,
            remote=asked.remote,
            bind=asked.bind,
            csv=asked.csv,
            html=asked.html,
            web=asked.web,
            follow=follow,
        )
    return measured, time.time()


def _server_side(
    environment: Environment, chosen: LoadPlan, measured: Measured, answered: float
) -> ServerSide:
    if measured.interrupted == "interrupted":
        return ServerSide(absent="not asked for: the run was interrupted")
    return look(environment, chosen, measured, answered)


def _ladder(scenario: Scenario) -> Ladder:
    wanted = scenario.breakpoint
    assert wanted is not None, "a search is asked for"
    given = {"factor": wanted.factor} if wanted.factor is not None else {}
    return Ladder(first=wanted.starts, step=wanted.step, most=wanted.to, tolerance=wanted.tolerance, **given)
