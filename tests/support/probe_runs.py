"""Runs of probes that nobody ran, for what tells of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atalaia.environment.probes import ProbeKind
from atalaia.exchange.hop import Hop
from probes.model import Attempt, Planned, ProbeResult, Reason, Run
from probes.vantage import Vantage

NOW = 1_795_000_000.0
"""Unix time."""
VANTAGE = Vantage("atendeai", "gru", "0/1")


def planned(name: str = "auth-service", kind: ProbeKind = "http", **other: Any) -> Planned:
    """A probe of a service's health."""
    told = {
        "instance": f"http://{name}.test:3001/health",
        "hop": Hop.SERVICE,
        "interval": timedelta(minutes=1),
        "timeout": timedelta(seconds=5),
        **other,
    }
    return Planned(name=name, kind=kind, **told)


def worked(probe: Planned | None = None, at: float = NOW, **other: Any) -> ProbeResult:
    """It did."""
    told = {
        "duration": 0.012,
        "phases": {"connect": 0.001, "processing": 0.01, "transfer": 0.001},
        "facts": {"probe_http_status_code": 200.0},
        **other,
    }
    return ProbeResult(probe or planned(), (Attempt(success=True, started=at, **told),))


def failed(
    probe: Planned | None = None, at: float = NOW, reason: Reason = Reason.REFUSED, **other: Any
) -> ProbeResult:
    """It did not."""
    told = {"duration": 0.001, "detail": "connection refused", **other}
    return ProbeResult(probe or planned(), (Attempt(success=False, reason=reason, started=at, **told),))


def retried(probe: Planned | None = None, at: float = NOW) -> ProbeResult:
    """It did at the second attempt."""
    first, second = failed(probe, at), worked(probe, at + 1)
    return ProbeResult(second.planned, (*first.attempts, *second.attempts))


def run(*results: ProbeResult, id: str = "r1", at: float = NOW, **other: Any) -> Run:
    """The run that brought these results."""
    told = {
        "environment": VANTAGE.environment,
        "location": VANTAGE.location,
        "shard": VANTAGE.shard,
        "interval": timedelta(minutes=1),
        **other,
    }
    return Run(id=id, started=at, finished=at + 2, results=results, **told)
