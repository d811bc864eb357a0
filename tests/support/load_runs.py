"""Load tests as a sound generator would have measured them, by what the stack answers to each arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from loadtests.histogram import Histogram
from loadtests.measured import CUT_OFF, Measured, Second, Series, Worker
from loadtests.plan import Arrivals, Entry, LoadPlan, Request, Stage

BEGAN = 1_790_000_000.0
ROUTE = "GET /api/cart"


@dataclass(frozen=True)
class Answer:
    """What became of one request."""

    took: float = 0.02
    """Seconds, from the sending."""
    kind: Literal["good", "failed", "timeout", "dropped", "unsent"] = "good"
    why: str = "503"
    lag: float = 0.0002
    waited: float = 0.0
    """Seconds between its turn and its sending."""
    route: str = ROUTE


Stack = Callable[[float], Answer]
"""What the stack answers to a request that is intended at a second of the load."""


def plan_of(
    rate: float = 100,
    lasts: float = 20,
    *,
    arrivals: Arrivals = "uniform",
    stages: tuple[Stage, ...] | None = None,
    steps: tuple[int, ...] = (1,),
    in_flight: int = 10_000,
    **more: Any,
) -> LoadPlan:
    """A plan of one stage that is measured, or of `stages`; `steps`: requests of each of its entries."""
    request = Request(name=ROUTE, method="GET", path="/api/cart")
    return LoadPlan(
        **{
            "scenario": "steady",
            "digest": "d" * 64,
            "base": "http://127.0.0.1:8000",
            "arrivals": arrivals,
            "seed": 1,
            "stages": stages or (stage(rate, lasts=lasts),),
            "entries": tuple(
                Entry(name=f"e{number}", weight=1, requests=(request,) * count)
                for number, count in enumerate(steps)
            ),
            "timeout": 10,
            "in_flight": in_flight,
            "max_rate": 1e6,
            **more,
        }
    )


def stage(rate: float, until: float | None = None, **more: Any) -> Stage:
    """A stage at a constant rate, or up to another."""
    return Stage(**{"name": "steady", "begins": 0, "lasts": 20, "rate": rate, "until": until or rate, **more})


def measured(plan: LoadPlan, stack: Stack = lambda _: Answer(), *, workers: int = 1) -> Measured:
    """What a load test of single requests measures, with arrivals as even as they can be."""
    book = _Book(plan, workers)
    for number, (name, second) in enumerate(_intended(plan)):
        book.count(name, second, stack(second), book.workers[number % workers])
    ends = max(one.begins + one.lasts for one in plan.stages)
    begins = min(one.begins for one in plan.stages if one.measured)
    return Measured(
        began=BEGAN + begins,
        ended=BEGAN + ends,
        workers_expected=workers,
        workers=tuple(book.workers),
        series=book.series,
        seconds=book.seconds,
        stages=book.stages,
    )


def _intended(plan: LoadPlan) -> Iterator[tuple[str, float]]:
    for one in plan.stages:
        if not one.measured:
            continue
        count = round((one.rate + one.until) / 2 * one.lasts)
        for number in range(count):
            yield one.name, one.begins + _when(one, number)


def _when(one: Stage, number: int) -> float:
    """When the arrivals of a stage, so far, are `number`: rate·t + slope·t²/2."""
    slope = (one.until - one.rate) / one.lasts
    if not slope:
        return number / one.rate
    return ((one.rate**2 + 2 * slope * number) ** 0.5 - one.rate) / slope


class _Book:
    def __init__(self, plan: LoadPlan, workers: int) -> None:
        lasts = sum(one.lasts for one in plan.stages if one.measured)
        self.workers = [Worker(name=f"worker-{n}", wall=lasts, processor=lasts / 5) for n in range(workers)]
        self.series: dict[str, Series] = {}
        self.stages: dict[str, Series] = {}
        self.seconds: dict[int, Second] = {}

    def count(self, name: str, when: float, answer: Answer, worker: Worker) -> None:
        second = self.seconds.setdefault(int(when + 1e-9), Second())
        every = (self.series.setdefault(answer.route, Series()), self.stages.setdefault(name, Series()))
        worker.lag.record(answer.lag)
        sent = answer.kind not in ("dropped", "unsent")
        for one in (worker, second, *every):
            one.intended += 1
            one.sent += sent
        worker.dropped += not sent
        worker.unsent += answer.kind == "unsent"
        worker.timed_out += answer.kind == "timeout"
        worker.done += answer.kind in ("good", "failed")
        second.good += answer.kind == "good"
        second.failed += sent and answer.kind != "good"
        for one in every:
            _answered(one, answer, sent=sent)


def _answered(series: Series, answer: Answer, *, sent: bool) -> None:
    if answer.kind == "good":
        series.good += 1
        series.corrected.record(answer.lag + answer.waited + answer.took)
        series.service.record(answer.took)
        return
    series.corrected.record_never()
    series.timed_out += answer.kind == "timeout"
    if sent:
        why = answer.why if answer.kind == "failed" or answer.why == CUT_OFF else "timeout"
        series.failures[why] = series.failures.get(why, 0) + 1


def slower(histogram: Histogram, index: int, seconds: float) -> Histogram:
    """The same histogram with its n-th time (in order) made slower by so many seconds."""
    times = [bucket for bucket, count in histogram.encode() for _ in range(count)]
    moved = Histogram.decode([[times[index], 1]])
    rest = Histogram.decode([[bucket, 1] for at, bucket in enumerate(times) if at != index])
    value = moved.quantile(1)
    assert value is not None
    rest.record(value + seconds) if value != float("inf") else rest.record_never()
    return rest
