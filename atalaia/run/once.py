"""Execute checks in this process, without pytest: for probes, and for the detection matrix."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from atalaia.checks.check import Check
from atalaia.environment import Environment
from atalaia.redaction import Redactor
from atalaia.run.case import Case, Cases, closure
from atalaia.run.execute import Executor
from atalaia.run.network import network_of
from atalaia.run.observations import Observations
from atalaia.run.results import Result
from atalaia.run.settled import settled
from atalaia.run.share import OBSERVATIONS, Agreement, Shared
from atalaia.systems.observe import observe, prepare


def executor_of(
    environment: Environment,
    cases: Iterable[Case],
    directory: Path,
    agreement: Agreement,
    *,
    alone: bool = False,
) -> Executor:
    """The executor of one process of a run, as the run's agreement wants it; ready for these cases.

    `alone` says that it is the run's only process.
    """
    network = network_of(environment, agreement.allotment, directory.name)
    prepare((seen for case in closure(cases) for seen in case.observables), network)
    observations = Observations(
        directory / OBSERVATIONS,
        lambda seen: observe(seen, network),
        Redactor(environment.secrets()),
        alone=alone,
    )
    return Executor(observations, denied=agreement.allotment.denied, accepted=environment.accepted)


async def execute_once(
    environment: Environment, checks: Iterable[Check], directory: Path
) -> tuple[Result, ...]:
    """The results of every case of these checks; `directory` names the run and holds its agreement."""
    built = Cases(environment)
    cases: tuple[Case, ...] = tuple(case for check in checks for case in built.of(check))
    agreement = Shared(directory).settle(environment, cases, now=time.time())
    executor = executor_of(environment, cases, directory, agreement, alone=True)
    with settled():
        return tuple(await executor.execute_all(cases))
