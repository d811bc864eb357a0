"""What the processes of one run agree on: the planned cases and what may be sent."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from atalaia.checks.check import Severity
from atalaia.environment import Environment, Safety
from atalaia.run.budget import Allotment, allot
from atalaia.run.case import Case, closure
from atalaia.run.ledger import Ledger
from atalaia.state import state_directory

OBSERVATIONS = "observations"
"""The part of a run's directory that its workers share observations in."""


class PlannedCase(BaseModel, frozen=True):
    """A case that owes a result."""

    check: str
    target: str
    severity: Severity


class Agreement(BaseModel):
    """The document plan.json of a run's directory."""

    model_config = ConfigDict(frozen=True)

    environment: str
    safety: Safety
    stand_ins: tuple[str, ...]
    planned: tuple[PlannedCase, ...]
    allotment: Allotment

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know about how they were taken."""
        notes = []
        if self.allotment.identity:
            notes.append(f"sent from {self.allotment.identity}")
        if self.allotment.denied:
            count, why = len(self.allotment.denied), next(iter(self.allotment.denied.values()))
            notes.append(f"{count} observation{'' if count == 1 else 's'} {why}")
        return tuple(notes)


def ledger() -> Ledger:
    """The ledger of this machine."""
    return Ledger(state_directory() / "ledger.sqlite")


def identity_of(environment: Environment, run: str) -> str | None:
    """A client address for a run, out of those that the environment lets the toolkit use."""
    network = environment.client.addresses
    if network is None:
        return None
    size = network.num_addresses
    # The first and the last address of a network are not a host's.
    usable = (1, size - 1) if size > 2 else (0, size)
    # Not `choice`: a network of IPv6 has more addresses than a range has a length.
    return str(network[random.Random(run).randrange(*usable)])  # noqa: S311 - spreads identities, guards nothing


class Shared:
    """The agreement of a run, in its directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "plan.json"
        self._run = directory.name

    def settle(self, environment: Environment, cases: Iterable[Case], *, now: float) -> Agreement:
        """The agreement; made by the first process that asks, read by the others.

        Raises UsageError where the ledger cannot be used.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            if (existing := self.read()) is not None:
                return existing
            planned = tuple(cases)
            agreement = Agreement(
                environment=environment.name,
                safety=environment.safety,
                stand_ins=environment.stand_ins,
                planned=tuple(
                    PlannedCase(check=case.check.id, target=case.target, severity=case.check.severity)
                    for case in planned
                ),
                allotment=allot(
                    environment,
                    closure(planned),
                    ledger(),
                    run=self._run,
                    now=now,
                    identity=identity_of(environment, self._run),
                ),
            )
            partial = self._path.with_suffix(".partial")
            partial.write_text(agreement.model_dump_json())
            os.replace(partial, self._path)
            return agreement

    def read(self) -> Agreement | None:
        """The agreement, or None where no process has come to it."""
        return Agreement.model_validate_json(self._path.read_text()) if self._path.exists() else None
