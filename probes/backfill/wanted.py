"""What is to be backfilled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """Which results."""

    environment: str
    since: float | None = None
    """Unix time; None: from the first one on."""
    until: float | None = None
    """Unix time, before which; None: until three hours ago."""
    delivered: bool = False
    """Those as well that the Pushgateway took: where Prometheus did not get them from there."""
    counters: bool = False
    """Counters too. Only where Prometheus scraped nothing in that time: a Pushgateway that refused pushes
    went on showing the old totals, and both together look like resets. They are not lost otherwise: the next
    push has them all."""
