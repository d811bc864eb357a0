"""Results that were never delivered, written for Prometheus: OpenMetrics, each sample with its own moment.

`promtool tsdb create-blocks-from openmetrics FILE DATA` makes blocks of it. "It is not safe to backfill data
from the last 3 hours (the current head block)": prometheus.io/docs/prometheus/latest/storage.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atalaia.errors import UsageError
from probes.backfill.filling import Filling
from probes.backfill.wanted import Wanted
from probes.outputs.files import deliverable
from probes.state import State

__all__ = ["Backfilled", "Wanted", "backfill"]

UNSAFE = timedelta(hours=3)
"""What is younger may lie in the block that Prometheus is writing."""


@dataclass(frozen=True)
class Backfilled:
    """What was written, and what may be later."""

    results: int
    first: float
    last: float
    too_young: int
    """Undelivered results that are not three hours old …"""
    safe: float | None
    """… and when the last of them is: Unix time."""


def backfill(state: State, path: Path, wanted: Wanted, *, now: float) -> Backfilled:
    """Write them to a file, whole or not at all.

    Raises UsageError where results of the last three hours are asked for, or none is there; DeliveryError
    where the file or the state cannot be used.
    """
    limit = now - UNSAFE.total_seconds()
    if wanted.until is not None and wanted.until > limit:
        raise UsageError(
            "Prometheus calls it unsafe to backfill the last 3 hours",
            observed=f"until {_told(wanted.until)}",
            expected=f"at most until {_told(limit)} now",
            hint=f"from {_told(wanted.until + UNSAFE.total_seconds())} on it may be",
        )
    until = limit if wanted.until is None else wanted.until
    filling = Filling(wanted, until)
    with deliverable(path):
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with partial.open("xb") as file:
                filling.write(state, file)
                file.flush()
                os.fsync(file.fileno())
            if filling.results:
                partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    safe = filling.youngest + UNSAFE.total_seconds() if filling.young else None
    if not filling.results:
        later = f"{filling.young} may be from {_told(safe)} on" if safe else "everything was delivered"
        raise UsageError(f"there is nothing to backfill before {_told(until)}", hint=later)
    return Backfilled(filling.results, filling.first, filling.last, filling.young, safe)


def _told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
