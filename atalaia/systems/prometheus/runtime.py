"""What Prometheus says of itself: `GET /api/v1/status/runtimeinfo`."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.durations import seconds, unix
from atalaia.systems.prometheus.envelope import data

PATH = "/api/v1/status/runtimeinfo"


@dataclass(frozen=True)
class Runtime:
    """A Prometheus that runs."""

    retention: str
    """What it keeps, in its own words: `8d8h`, `15d or 1GB`, `1GB`."""
    kept: float | None
    """Seconds for which it keeps samples; None where only a size bounds it."""
    size: str
    """The size beyond which the oldest samples go, in its own words; empty where there is none."""
    configured_at: float | None
    """Unix time at which it started, or loaded its configuration last."""


def read_runtime(body: bytes) -> Runtime | Unreadable:
    """What an answer says.

    `storageRetention` is what is in force: a flag that was not given has its default there, and with a size
    the flag of the time does not tell what is kept (prometheus 2.42, cmd/prometheus/main.go: duration,
    ` or `, size).
    """
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    said = found.get("storageRetention") if isinstance(found, dict) else None
    if not isinstance(said, str) or not said:
        return Unreadable("an answer without storageRetention")
    first, _, second = said.partition(" or ")
    kept = seconds(first)
    moments = (unix(str(found.get(name, ""))) for name in ("startTime", "lastConfigTime"))
    return Runtime(
        retention=said,
        kept=kept,
        size=second if kept is not None else first,
        configured_at=max((moment for moment in moments if moment is not None), default=None),
    )


def read_start(body: bytes) -> str | Unreadable:
    """When it was started, as it says it, to the nanosecond: no two servers say the same."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    said = found.get("startTime") if isinstance(found, dict) else None
    return said if isinstance(said, str) and said else Unreadable("an answer without startTime")
