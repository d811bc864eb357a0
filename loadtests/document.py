"""load.json: everything one load test found out; and its JSON Schema.

python -m loadtests.document > docs/load.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from pydantic import ConfigDict, Field

from loadtests.history.comparison import Comparison
from loadtests.measured import Measured, Series, Worker
from loadtests.plan import LoadPlan, Stage
from loadtests.server_side.model import ServerSide
from loadtests.thresholds import Thresholds
from loadtests.verdict.generator import lag_of
from loadtests.verdict.model import ALL, Quantiles, Told, Verdict
from loadtests.verdict.search import Found, Step
from loadtests.verdict.spent import everything, quantiles


class Requests(Told):
    """Requests of one name, of one stage, or all: intended = sent + dropped."""

    name: str
    intended: int
    sent: int
    dropped: int
    good: int
    timed_out: int
    failures: dict[str, int]
    """Why they were not good: how many."""
    corrected: Quantiles
    """From the intended start; what failed, timed out or was dropped is `never`."""
    service: Quantiles
    """From the sending, of good answers."""

    @classmethod
    def of(cls, name: str, series: Series) -> Requests:
        """As the document tells a series."""
        return cls(
            name=name,
            intended=series.intended,
            sent=series.sent,
            dropped=series.intended - series.sent,
            good=series.good,
            timed_out=series.timed_out,
            failures=dict(sorted(series.failures.items())),
            corrected=quantiles(series.corrected),
            service=quantiles(series.service),
        )


class WorkerTold(Told):
    """One worker's own count: intended = sent + dropped, sent = done + timed out."""

    name: str
    intended: int
    sent: int
    dropped: int
    unsent: int
    """Of the dropped: those that the pacer itself came too late for."""
    done: int
    timed_out: int
    resent: int
    """Sent anew on another connection, since the server had closed the idle one; once in `sent`."""
    warm_up: int
    """Requests of warm-ups, which nothing judges."""
    lag: Quantiles
    processor: float
    """Seconds of processor time during the measured stages …"""
    wall: float
    """… and how long they lasted."""
    lost: bool

    @classmethod
    def of(cls, worker: Worker) -> WorkerTold:
        """As the document tells a worker."""
        counts = worker.model_dump(include=set(cls.model_fields) - {"lag"})
        return cls(**counts, lag=quantiles(worker.lag))


class EntryTold(Told):
    """What an arrival did: names only, since paths, headers and bodies may hold secrets."""

    name: str
    weight: float
    requests: tuple[str, ...]


class Configuration(Told):
    """What was sent, without anything that may be secret; also in configuration.json."""

    scenario: str
    digest: str
    """SHA-256 of what makes runs comparable."""
    base: str
    """Scheme, host and port."""
    arrivals: Literal["uniform", "poisson"]
    seed: int
    stages: tuple[Stage, ...]
    entries: tuple[EntryTold, ...]
    tables: dict[str, int]
    """Rows of each table of data."""
    identities: int
    """Source addresses; 0: the machine's own choice."""
    timeout: float
    in_flight: int
    max_rate: float
    workers: int
    thresholds: Thresholds

    @classmethod
    def of(cls, plan: LoadPlan, thresholds: Thresholds, workers: int) -> Configuration:
        """Of a plan: named one by one, so that what is added to plans stays out unless it is meant."""
        return cls(
            scenario=plan.scenario,
            digest=plan.digest,
            base=plan.base,
            arrivals=plan.arrivals,
            seed=plan.seed,
            stages=plan.stages,
            entries=tuple(
                EntryTold(
                    name=entry.name,
                    weight=entry.weight,
                    requests=tuple(request.name for request in entry.requests),
                )
                for entry in plan.entries
            ),
            tables={name: len(table.rows) for name, table in plan.tables.items()},
            identities=len(plan.identities),
            timeout=plan.timeout,
            in_flight=plan.in_flight,
            max_rate=plan.max_rate,
            workers=workers,
            thresholds=thresholds,
        )


class Run(Told):
    """Which run it was."""

    run: str
    """Its name, which sorts by time."""
    environment: str
    safety: str = ""
    started: str
    """RFC 3339, UTC."""
    finished: str
    host: str
    """Class of the machine: only runs on the same are compared."""
    stand_ins: tuple[str, ...] = ()
    """Parts of the stack that only stand in for the real thing."""


class LoadRecord(Run):
    """The document load.json: everything one load test found out."""

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    """Rises when readers have to change."""
    verdict: Verdict
    configuration: Configuration
    interrupted: str
    """Why it was ended before its time; empty where it was not."""
    requests: Requests
    """All of them, in measured stages …"""
    routes: tuple[Requests, ...]
    """… by name …"""
    stages: tuple[Requests, ...]
    """… and by stage."""
    workers: tuple[WorkerTold, ...]
    lag: Quantiles
    """Of all workers' arrivals."""
    began: float
    """Unix time of the first measured intended start …"""
    ended: float
    """… and of the end of the last measured stage."""
    server: ServerSide | None = None
    """The stack's own side; None: it was not asked."""
    comparison: Comparison | None = None
    """This run beside earlier ones."""
    steps: tuple[Step, ...] = ()
    """Of a search for the highest rate, each of its runs; everything above is then of the last one …"""
    found: Found | None = None
    """… and the verdict is on what it found."""


def record_of(
    run: Run,
    plan: LoadPlan,
    thresholds: Thresholds,
    measured: Measured,
    verdict: Verdict,
    *,
    server: ServerSide | None = None,
    comparison: Comparison | None = None,
    steps: tuple[Step, ...] = (),
    found: Found | None = None,
) -> LoadRecord:
    """The document of a run; pure."""
    return LoadRecord(
        **{name: getattr(run, name) for name in Run.model_fields},
        verdict=verdict,
        configuration=Configuration.of(plan, thresholds, measured.workers_expected),
        interrupted=measured.interrupted,
        requests=Requests.of(ALL, everything(measured)),
        routes=tuple(Requests.of(name, measured.series[name]) for name in sorted(measured.series)),
        stages=tuple(Requests.of(name, series) for name, series in measured.stages.items()),
        workers=tuple(WorkerTold.of(worker) for worker in measured.workers),
        lag=quantiles(lag_of(measured)),
        began=measured.began,
        ended=measured.ended,
        server=server,
        comparison=comparison,
        steps=steps,
        found=found,
    )


def load_schema() -> dict[str, Any]:
    """The schema of the document as it is written: with every key in it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **LoadRecord.model_json_schema(by_alias=True, mode="serialization"),
        "title": "load.json of Atalaia",
    }


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(load_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
