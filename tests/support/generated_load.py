"""Loads of one stage, and whether what is told of one adds up."""

from __future__ import annotations

from typing import Any

from loadtests.measured import Measured
from loadtests.plan import Entry, LoadPlan, Request, Stage
from tests.support.load_target import Target


def plan(target: Target, *entries: Entry, rate: float = 100, lasts: float = 1, **more: Any) -> LoadPlan:
    """One stage of one rate."""
    given: dict[str, Any] = {
        "scenario": "test", "digest": "d" * 64, "base": f"http://127.0.0.1:{target.port}",
        "stages": (Stage(name="steady", begins=0, lasts=lasts, rate=rate, until=rate),),
        "arrivals": "uniform", "seed": 1, "entries": entries or (get("/ok"),),
        "timeout": 30, "in_flight": 2000, "max_rate": 10_000,
    }  # fmt: skip
    return LoadPlan(**{**given, **more})


def get(path: str, *, method: str = "GET", **more: Any) -> Entry:
    """An entry of one request."""
    name = f"{method} {path}"
    return Entry(name=name, weight=1, requests=(Request(name=name, method=method, path=path, **more),))


def reconciles(measured: Measured) -> bool:
    """Whether what was told adds up: per worker, and over all series."""
    workers = measured.workers
    return (
        all(each.intended == each.sent + each.dropped for each in workers)
        and all(each.sent == each.done + each.timed_out for each in workers)
        and sum(each.intended for each in workers)
        == sum(each.intended for each in measured.series.values())
        == sum(each.corrected.count for each in measured.series.values())
        == sum(each.intended for each in measured.stages.values())
        == sum(each.intended for each in measured.seconds.values())
    )
