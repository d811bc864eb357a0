"""What a load test has measured: facts, not yet judged. Comes out of the generator's process as JSON.

Counts are of *requests*: an arrival is its first request, and each further step of a journey is intended at
the moment at which the one before it ended. So, for each worker and in all: intended = sent + dropped, and
sent = done + timed out. What was intended in a warm-up is counted only in `Worker.warm_up`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from loadtests.histogram import Histogram

WINDOW = 10
"""Seconds of a window of intended starts, by which throughput is judged."""
CUT_OFF = "interrupted"
"""The failure, also counted as timed out, of what was unanswered when a run was ended before its time."""


def _histogram(value: Any) -> Histogram:
    return value if isinstance(value, Histogram) else Histogram.decode(value)


Times = Annotated[Histogram, PlainValidator(_histogram), PlainSerializer(Histogram.encode)]


class Fact(BaseModel):
    """A part of what was measured."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, ser_json_inf_nan="strings")


class Second(Fact):
    """Requests by the whole second of their intended start, the load's first second being 0."""

    intended: int = 0
    sent: int = 0
    good: int = 0
    """Answered as expected, however late."""
    failed: int = 0
    """Answered otherwise, or the connection broke, or timed out."""


class Series(Fact):
    """All requests of one name."""

    intended: int = 0
    sent: int = 0
    good: int = 0
    timed_out: int = 0
    failures: dict[str, int] = {}
    """Why they were not good, in few words: `503`, `connection reset`, `timeout`, `body`; at most 20 of them,
    then `other`."""
    corrected: Times = Field(default_factory=Histogram)
    """From the intended start to the whole answer; failed, timed out and dropped ones are `never`."""
    service: Times = Field(default_factory=Histogram)
    """From the sending to the whole answer, of those that were answered as expected."""


class Worker(Fact):
    """One worker's own count."""

    name: str
    intended: int = 0
    sent: int = 0
    dropped: int = 0
    """Arrivals that found all of `in_flight` taken, or that were still unsent at the end."""
    unsent: int = 0
    """Those of the dropped that did not find `in_flight` full: the pacer itself came too late for them."""
    done: int = 0
    """Answered whatever way, or the connection broke."""
    timed_out: int = 0
    resent: int = 0
    """Requests sent once more, since the kept connection turned out closed before a byte of an answer: the
    target may have seen them twice. They count once in `sent`."""
    warm_up: int = 0
    """Requests intended in warm-ups."""
    lag: Times = Field(default_factory=Histogram)
    """From the intended start to the moment at which the pacer really began it: the generator's own delay."""
    processor: float = 0.0
    """Seconds of processor time during the measured stages."""
    wall: float = 0.0
    """Seconds of the measured stages."""
    lost: bool = False
    """Whether it vanished before its last samples were here: what it counted since its last report is
    unknown."""


class Measured(Fact):
    """A whole load test."""

    began: float
    """Unix time of the first measured intended start …"""
    ended: float
    """… and of the end of the last measured stage; not of the last answer."""
    workers_expected: int
    workers: tuple[Worker, ...] = ()
    series: dict[str, Series] = {}
    """By name of request; measured stages only."""
    seconds: dict[int, Second] = {}
    """By whole second since the load began; measured stages only."""
    stages: dict[str, Series] = {}
    """The same samples by name of stage."""
    interrupted: str = ""
    """Why it was ended before its time: `interrupted`, `aborted: …`; empty where it was not."""
    unwritten: str = ""
    """Why Locust's own files, where they were asked for, could not be written."""
    generator: str = ""
    """What went wrong in the generator itself, for the reader; empty where nothing did."""


class Live(Fact):
    """A second of a load test that is under way, for whoever watches. Counts are of measured stages only,
    since they began."""

    at: float
    """Seconds since the load began."""
    lasts: float
    """Seconds that it will last in all."""
    stage: str
    rate: float
    """Arrivals a second that are intended now."""
    sent_rate: float
    """Requests a second sent over the last whole seconds."""
    intended: int
    sent: int
    good: int
    failed: int
    dropped: int
    in_flight: int
    p95: float | None
    """Seconds; corrected, of the last ten whole seconds. None: nothing answered; `never` is told as `inf`."""
    lag_p99: float | None
    """Seconds, over the same time."""
    workers: int
    """Workers that report."""
    corrected: Times = Field(default_factory=Histogram)
    """Corrected times of the measured requests that ended since the line before, however they did; dropped
    ones are `never`. Tells a run that cannot pass any more."""
