"""A check of the suites as a probe: the same executor, prerequisites included."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atalaia.checks.catalogue import by_id
from atalaia.environment import Environment
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.run.case import Case, Cases, closure
from atalaia.run.execute import Executor
from atalaia.run.observations import Observations
from atalaia.run.results import Outcome, Result
from atalaia.systems.observe import observe
from atalaia.systems.observe import prepare as prepare_to_observe
from probes.model import Attempt, Planned, Reason


@dataclass(frozen=True)
class Catalogue:
    """Parameters of a catalogue probe."""

    environment: Environment
    check: str
    """Its id; its effect is `reads`."""
    target: str


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Load what observing will need."""
    cases = [case_of(each.parameters) for each in planned]
    prepare_to_observe((seen for case in closure(cases) for seen in case.observables), network)


def case_of(catalogue: Catalogue) -> Case:
    """The check on its target, with all that it requires. Raises KeyError where there is no such check."""
    return Cases(catalogue.environment).one(by_id(catalogue.check), catalogue.target)


async def probe(planned: Planned, network: Network) -> Attempt:
    """Execute the check on its target. Each time everything is looked at anew, once."""
    catalogue: Catalogue = planned.parameters
    started, begun = time.time(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="atalaia-probe-") as directory:
        observations = Observations(
            Path(directory),
            lambda seen: observe(seen, network),
            Redactor(catalogue.environment.secrets()),
            alone=True,
        )
        executor = Executor(observations, accepted=catalogue.environment.accepted)
        try:
            async with asyncio.timeout(network.total.total_seconds()):
                result = await executor.execute(case_of(catalogue))
        except TimeoutError:
            detail = "the check was not decided in time"
            return Attempt(False, Reason.TIMEOUT, detail, started, time.perf_counter() - begun)
        finally:
            observations.close()
    return told(result, started, time.perf_counter() - begun)


def told(result: Result, started: float, duration: float) -> Attempt:
    """A result of a check as an attempt: what is accepted does not fail."""
    reason: Reason | None = None
    detail = ""
    if result.outcome is Outcome.FAILED and not result.accepted:
        reason = Reason.CHECK
        detail = "; ".join(f"{each.observed}; {each.expected} wanted" for each in result.findings)
    elif result.outcome is Outcome.BLOCKED and not result.accepted:
        reason, detail = Reason.BLOCKED, result.reason
    elif result.outcome in {Outcome.INCONCLUSIVE, Outcome.SKIPPED}:
        reason, detail = Reason.UNMEASURED, result.reason
    return Attempt(
        success=reason is None,
        reason=reason,
        detail=detail,
        started=started,
        duration=duration,
        shown=result.model_dump(mode="json"),
    )
