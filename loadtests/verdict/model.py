"""What a verdict says: an outcome, each judgement, and what keeps a run from telling anything."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

ALL = "all"
"""Where a judgement is of all requests, not of one route."""


class Told(BaseModel):
    """A part of load.json: frozen, every key written."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        # Both for docs/load.schema.json: what a key means, and that every key is written.
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


def _seconds(value: Any) -> Any:
    return math.inf if value == "never" else value


def _told(value: float) -> float | str:
    return "never" if math.isinf(value) else value


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    PlainSerializer(_told),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"const": "never"}]}),
]
"""A time; infinity (something that failed) is written as `never`, since JSON has no number for it."""


class Outcome(StrEnum):
    """Of a load test. Nothing passes because it was not measured."""

    PASS = "PASS"  # noqa: S105 - no password
    """Every threshold was shown to hold, by a generator that was not at fault."""
    FAIL = "FAIL"
    """A threshold was shown not to hold, and the generator cannot be the cause."""
    INVALID = "INVALID"
    """The run tells neither."""


class Holds(StrEnum):
    """Whether a threshold holds."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"
    """The samples allow both."""


What = Literal["throughput", "p50", "p95", "p99", "error-rate", "failures", "regression", "breakpoint"]


class Judgement(Told):
    """One threshold, judged."""

    what: What
    where: str
    """`all`, or the name of a route's requests."""
    expected: str
    observed: str
    holds: Holds
    remedy: str = ""
    """What to do where it does not hold, or could not be decided."""


class Flaw(StrEnum):
    """Why a run is INVALID."""

    NO_DATA = "no-data"
    INTERRUPTED = "interrupted"
    GENERATOR = "generator"
    """It says itself that something went wrong in it."""
    WORKER_MISSING = "worker-missing"
    WORKER_LOST = "worker-lost"
    NOT_RECONCILED = "not-reconciled"
    """Samples are missing, or too many."""
    LAG = "lag"
    UNSENT = "unsent"
    IN_FLIGHT = "in-flight"
    """The plan allows too few unanswered requests for its own rate."""
    UNDECIDED = "undecided"
    """A threshold could not be decided."""
    NO_THRESHOLD = "no-threshold"


class Reason(Told):
    """A reason why the run tells less than it should: always told, also where a failure is beyond doubt."""

    flaw: Flaw
    expected: str
    observed: str
    remedy: str


class Quantiles(Told):
    """Percentiles of one kind of times; None: nothing was counted."""

    count: int = 0
    p50: Seconds | None = None
    p95: Seconds | None = None
    p99: Seconds | None = None


Party = Literal["nobody", "service", "queueing", "generator", "failures"]
"""Who spent most of a time. service: the stack, from the sending to the whole answer. queueing: waiting to be
sent behind answers that were slow. generator: its own lag. failures: there was no good answer at all."""


class Times(Told):
    """Corrected, service and lag percentiles side by side, and who spent the time."""

    where: str
    corrected: Quantiles
    """From the intended start; what failed, timed out or was dropped is `never`."""
    service: Quantiles
    """From the sending, of good answers."""
    lag: Quantiles | None = None
    """The generator's own delay; measured for all requests together only."""
    party: Party = "nobody"
    """Who spent most of the p95."""
    spent: str = ""
    """The same in words."""


class Window(Told):
    """Good throughput in a stretch of intended starts."""

    begins: int
    """Seconds since the load began."""
    lasts: int
    """Seconds."""
    intended: int
    good: int
    needed: int
    holds: Holds


class Verdict(Told):
    """What a load test says."""

    outcome: Outcome
    because: str
    """In one sentence."""
    judgements: tuple[Judgement, ...] = ()
    reasons: tuple[Reason, ...] = ()
    times: tuple[Times, ...] = ()
    """Of all requests first, then by route."""
    windows: tuple[Window, ...] = ()

    @property
    def failed(self) -> tuple[Judgement, ...]:
        """The thresholds that do not hold."""
        return tuple(judgement for judgement in self.judgements if judgement.holds is Holds.NO)
