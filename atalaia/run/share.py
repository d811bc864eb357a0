"""What the processes of one run agree on: the planned cases and what may be sent."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from atalaia.checks.check import Severity
from atalaia.checks.routing.tokens_wanted import untold
from atalaia.environment import Environment, Safety
from atalaia.run.budget import Allotment, allot
from atalaia.run.case import Case, closure
from atalaia.run.ledger import Ledger
from atalaia.state import state_directory
from atalaia.systems.kong.completion import left_out

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
    told: tuple[str, ...] = ()
    """What the plan leaves out, for people."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know about how they were taken."""
        notes = []
        if self.allotment.identity:
            notes.append(f"sent from {self.allotment.identity}")
        if self.allotment.denied:
            count, why = len(self.allotment.denied), next(iter(self.allotment.denied.values()))
            notes.append(f"{count} observation{'' if count == 1 else 's'} {why}")
        return (*notes, *self.told)


def ledger() -> Ledger:
    """The ledger of this machine."""
    return Ledger(state_directory() / "ledger.sqlite")


def clients_of(environment: Environment, run: str, names: Iterable[str]) -> dict[str, str]:
    """An address for each named client of a run, no two alike; fewer where there are not so many.

    Empty where the environment lets the toolkit use no addresses of its own.
    """
    network = environment.client.addresses
    if network is None:
        return {}
    first, end = environment.client.positions()
    chooser = random.Random(run)  # noqa: S311 - spreads identities, guards nothing
    found: dict[str, str] = {}
    taken: set[int] = set()
    for name in names:
        if len(taken) == end - first:
            break
        # Not `sample`: a network of IPv6 has more addresses than a range has a length.
        position = chooser.randrange(first, end)
        while position in taken:
            position = chooser.randrange(first, end)
        taken.add(position)
        found[name] = str(network[position])
    return found


def clients_sent_as(environment: Environment, run: str, cases: Iterable[Case]) -> dict[str, str]:
    """The addresses of every client that cases are sent as, the run's own under the empty name."""
    names = {name for case in cases for seen in case.observables for name in seen.clients}
    return clients_of(environment, run, ("", *sorted(names - {""})))


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
            everything = closure(planned)
            clients = clients_sent_as(environment, self._run, everything)
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
                    everything,
                    ledger(),
                    run=self._run,
                    now=now,
                    identity=clients.pop("", None),
                    clients=clients,
                ),
                told=(*left_out(environment), *untold(environment)),
            )
            partial = self._path.with_suffix(".partial")
            partial.write_text(agreement.model_dump_json())
            os.replace(partial, self._path)
            return agreement

    def read(self) -> Agreement | None:
        """The agreement, or None where no process has come to it."""
        return Agreement.model_validate_json(self._path.read_text()) if self._path.exists() else None
