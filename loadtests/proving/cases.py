"""What the gate is proved with: a flaw each, the verdict that it must give, and for what reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from loadtests.proving.behaviour import Behaviour
from loadtests.verdict.model import Flaw, Outcome, What


class Disturbance(StrEnum):
    """What is done to the generator meanwhile."""

    WORKER_KILLED = "a worker is killed"
    STARVED = "the generator is starved of its processor"


@dataclass(frozen=True)
class Case:
    """One flaw of the target or the generator."""

    name: str
    outcome: Outcome
    behaviour: Behaviour = field(default_factory=Behaviour)
    because: tuple[What, ...] = ()
    """Of a FAIL: thresholds of which one must be told not to hold …"""
    flaws: tuple[Flaw, ...] = ()
    """… of an INVALID: reasons of which one must be given."""
    before: Behaviour | None = None
    """Behaviour in the history's runs, where one is needed."""
    disturbance: Disturbance | None = None
    workers: int = 1


_STEADY = Behaviour(delay=0.05)

CASES = (
    Case("healthy", Outcome.PASS),
    Case("freezes", Outcome.FAIL, Behaviour(frozen=2.0), because=("p95",)),
    Case("late", Outcome.FAIL, Behaviour(late=0.06), because=("p95",)),
    Case("failing", Outcome.FAIL, Behaviour(failing=0.01), because=("error-rate", "failures")),
    Case("refusing", Outcome.FAIL, Behaviour(refusing=True), because=("error-rate", "failures")),
    Case("dropping", Outcome.FAIL, Behaviour(dropped=0.03), because=("error-rate", "failures")),
    Case("slower", Outcome.FAIL, Behaviour(delay=0.06), because=("regression",), before=_STEADY),
    Case(
        "worker-killed",
        Outcome.INVALID,
        flaws=(Flaw.WORKER_LOST,),
        disturbance=Disturbance.WORKER_KILLED,
        workers=2,
    ),
    Case("starved", Outcome.INVALID, flaws=(Flaw.LAG,), disturbance=Disturbance.STARVED),
)
