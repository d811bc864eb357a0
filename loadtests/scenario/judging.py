"""What must hold, decided: from the scenario, and from the environment's SLO where it says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.faults import did_you_mean, listed
from atalaia.environment.units import format_rate
from loadtests.scenario.drafting import Draft
from loadtests.scenario.judged import JudgedSeries
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.model import Scenario
from loadtests.scenario.stages import written_peak
from loadtests.thresholds import Limits, Thresholds


def steps_of(drafts: Sequence[Draft]) -> float:
    """Requests that an arrival sends on average, where none fails."""
    weight = sum(draft.weight for draft in drafts)
    return sum(draft.weight * len(draft.requests) for draft in drafts) / weight


def thresholds_of(
    scenario: Scenario, environment: Environment, *, steps: float, rate: float | None = None
) -> tuple[Thresholds, list[Mistake]]:
    """What must hold, and why it never could. The SLO's throughput counts where the stages offer as much;
    in a step of a search it is the step's own rate. Where failures are counted, a rate of them is not."""
    judged, slo = scenario.thresholds, environment.slo
    said = judged.model_fields_set
    search = scenario.breakpoint
    offered = (rate or (search.starts if search else written_peak(scenario, measured=True))) * steps
    throughput = judged.throughput
    wrong = []
    if search is not None and throughput is not None:
        what = "a throughput beside a breakpoint, each step of which must hold its own rate"
        wrong.append(Mistake(what, "thresholds", "throughput"))
    elif throughput is not None and throughput > offered * (1 + 1e-9) and rate is None:
        sent = format_rate(round(offered, 3))
        what = f"{format_rate(throughput)} can never be held: the stages send {sent} at most"
        wrong.append(Mistake(what, "thresholds", "throughput"))
    elif throughput is not None and search is None:
        throughput = min(throughput, offered)  # of a rate that is asked for instead, no more can be held
    if "throughput" not in said:
        reached = slo.throughput is not None and slo.throughput <= offered * (1 + 1e-9)
        throughput = offered if search is not None else slo.throughput if reached else None
    error_rate = judged.error_rate
    if "error_rate" not in said and judged.failures is None:
        error_rate = slo.error_rate
    p95 = judged.p95 if "p95" in said else slo.latency_p95
    limits = Thresholds(
        throughput=throughput,
        p50=_seconds(judged.p50),
        p95=_seconds(p95),
        p99=_seconds(judged.p99),
        error_rate=error_rate,
        failures=judged.failures,
        routes={name: _limits(series) for name, series in judged.routes.items()},
    )
    return limits, wrong


def unknown_routes(scenario: Scenario, drafts: Sequence[Draft]) -> list[Mistake]:
    """Limits of requests that the load does not send."""
    names = tuple(dict.fromkeys(request.name for draft in drafts for request in draft.requests))
    return [
        Mistake(
            "no request of that name",
            "thresholds",
            "routes",
            name,
            allowed=f"there are: {listed(names)}",
            hint=did_you_mean(name, names),
        )
        for name in scenario.thresholds.routes
        if name not in names
    ]


def _limits(series: JudgedSeries) -> Limits:
    return Limits(
        throughput=series.throughput,
        p50=_seconds(series.p50),
        p95=_seconds(series.p95),
        p99=_seconds(series.p99),
        error_rate=series.error_rate,
        failures=series.failures,
    )


def _seconds(duration: timedelta | None) -> float | None:
    return duration.total_seconds() if duration is not None else None
