"""Plans of load tests that only say what a test is about."""

from __future__ import annotations

from typing import Any

from loadtests.plan import Entry, LoadPlan, Request, Stage


def plan(**more: Any) -> LoadPlan:
    """A plan of one GET, at ten arrivals a second for one second."""
    given: dict[str, Any] = {
        "scenario": "test", "digest": "d" * 64, "base": "http://127.0.0.1:1",
        "arrivals": "uniform", "seed": 1,
        "stages": (Stage(name="steady", begins=0, lasts=1, rate=10, until=10),),
        "entries": (entry(Request(name="a", method="GET", path="/a")),),
        "timeout": 1, "in_flight": 100, "max_rate": 1000,
    }  # fmt: skip
    return LoadPlan(**{**given, **more})


def entry(*requests: Request, name: str = "entry", weight: float = 1, data: str | None = None) -> Entry:
    """An entry of these requests."""
    return Entry(name=name, weight=weight, requests=requests, data=data)
