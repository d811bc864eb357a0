"""The state file, as the runner uses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atalaia.errors import DeliveryError
from probes.model import Planned, ProbeResult, Run
from probes.totals import Counters
from probes.vantage import Vantage


class StateUnusable(DeliveryError):
    """The state file cannot be read or written: a full disk, another's lock. Results are pushed without counters."""


@dataclass(frozen=True)
class Kept:
    """The last result of a probe, as the state has it."""

    result: ProbeResult
    shown: Mapping[str, Any]
    """What was sent and seen."""


def state_file(environment: str) -> Path:
    """Where the state of an environment's probes is kept."""
    raise NotImplementedError


class State:
    """The state file of an environment; a context manager. Every method raises StateUnusable.

    A run: `begin`, `record` whenever results are there, `settle` at its end, `delivered` when it was pushed.
    What was recorded survives a SIGKILL; the next `begin` settles what a killed run left.
    """

    notes: list[str]
    """What the user must be told: a corrupted file that was moved aside."""

    def __init__(self, path: Path, *, now: float) -> None: ...
    def begin(self, run_id: str, vantage: Vantage, started: float) -> None: ...
    def record(self, run_id: str, results: Iterable[ProbeResult]) -> None: ...
    def settle(self, run: Run, *, names: Iterable[Planned] = ()) -> Counters:
        """Count what the run recorded, and what of `run.results` it did not; the totals of all these."""
        raise NotImplementedError

    def delivered(self, run_id: str, at: float) -> None: ...
    def last(self, vantage: Vantage, planned: Iterable[Planned]) -> Mapping[str, Kept]:
        """The last results of these probes, by name: for those that are not due, and to be shown."""
        raise NotImplementedError
