"""One `atalaia load run`: plan, send, judge, look at the stack's own side, compare, keep."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from atalaia.environment import Environment
from atalaia.errors import AtalaiaError
from atalaia.run.journal import new_run_id
from loadtests.document import LoadRecord, Run, record_of
from loadtests.history.comparison import Comparison, regressed, with_regression
from loadtests.history.host import host_class
from loadtests.history.keeping import comparable, history
from loadtests.measured import Measured
from loadtests.plan import LoadPlan
from loadtests.process import Address, generate
from loadtests.scenario import Scenario, plan, thresholds
from loadtests.searching import Search, searched
from loadtests.sent import Sent
from loadtests.server_side.looking import look
from loadtests.server_side.model import ServerSide
from loadtests.thresholds import Thresholds
from loadtests.verdict.judge import judge
from loadtests.watching import Watchers, watching

Say = Callable[[str], None]
_PATIENT = 2.0
"""Seconds of lag, where failures are counted and no time is judged."""


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    out: Path
    """Where the results of earlier runs are."""
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

    record: LoadRecord
    measured: Measured
    """Of a search, its last run's."""
    live: str
    """Why the Pushgateway did not take metrics meanwhile; empty where it did."""


def run(environment: Environment, scenario: Scenario, asked: Asked, say: Say) -> Ran:
    """Send the load and judge it. Raises UsageErrors where it is refused; nothing was sent then."""
    # Before anything listens or is pushed: a load that is refused leaves no trace.
    chosen, limits = _planned(environment, scenario, asked.rate)
    started = datetime.now(UTC)
    labels = {"environment": environment.name, "scenario": scenario.name}
    with watching(labels, environment, push=asked.push, listen=asked.listen) as watchers:
        if scenario.breakpoint is not None and asked.rate is None:

            def at(rate: float) -> Sent:
                return _sent(*_planned(environment, scenario, rate), asked, watchers)

            search = searched(scenario.breakpoint, at, say)
        else:
            last = _sent(chosen, limits, asked, watchers)
            search = Search(last, last.verdict)
    record = _record(environment, search, asked, started)
    return Ran(record, search.last.measured, watchers.failure)


def _planned(environment: Environment, scenario: Scenario, rate: float | None) -> tuple[LoadPlan, Thresholds]:
    return plan(scenario, environment, rate=rate), thresholds(scenario, environment, rate=rate)


def _sent(chosen: LoadPlan, limits: Thresholds, asked: Asked, watchers: Watchers) -> Sent:
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
    answered = time.time()
    return Sent(chosen, limits, measured, answered, judge(measured, chosen, limits, _lag_limit(limits)))


def _lag_limit(limits: Thresholds) -> float | None:
    """Where failures are counted, for so few requests that their p99 of lag is one hiccup of this machine:
    half of what the p95 may take. Late requests are no smaller load there. Else the verdict's own."""
    if limits.failures is None:
        return None
    return _PATIENT if limits.p95 is None else limits.p95 / 2


def _record(environment: Environment, search: Search, asked: Asked, started: datetime) -> LoadRecord:
    last, verdict, host = search.last, search.verdict, host_class()
    server = _server_side(environment, last)
    comparison: Comparison | None = None
    if search.found is None:
        earlier = comparable(
            asked.out,
            history(asked.out),
            digest=last.plan.digest,
            host=host,
            workers=last.measured.workers_expected,
        )
        comparison = regressed(verdict, earlier)
        verdict = with_regression(verdict, comparison)
    about = Run(
        run=new_run_id(),
        environment=environment.name,
        safety=environment.safety.value,
        started=_told(started),
        finished=_told(datetime.now(UTC)),
        host=host,
        stand_ins=environment.stand_ins,
    )
    return record_of(
        about,
        last.plan,
        last.thresholds,
        last.measured,
        verdict,
        server=server,
        comparison=comparison,
        steps=search.steps,
        found=search.found,
    )


def _server_side(environment: Environment, sent: Sent) -> ServerSide:
    if sent.measured.interrupted == "interrupted":
        return ServerSide(absent="not asked: the run was interrupted")
    if not any(series.sent for series in sent.measured.series.values()):
        return ServerSide(absent="not asked: nothing was sent")
    try:
        return look(environment, sent.plan, sent.measured, sent.answered)
    except AtalaiaError as error:
        return ServerSide(absent=str(error))
    except KeyboardInterrupt:
        # What was measured is whole, and is not to be lost for the impatience of its reader.
        return ServerSide(absent="not asked to the end: interrupted")


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
