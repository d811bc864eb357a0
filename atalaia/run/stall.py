"""Whether it was us: a time-out measured while this process was held up says nothing about the stack."""

from __future__ import annotations

from typing import TypeVar

from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.observable import Connect, Handshake, HttpRequest, HttpSequence, Lookup, Observable
from atalaia.exchange.seen import Seen

SeenT = TypeVar("SeenT", bound=Seen)

_SHARE = 0.2
"""Part of an observation's time; held up for longer, its time-out is ours and not the server's."""


def doubted(payload: Seen, took: float, held_up: float) -> Seen:
    """The payload, its time-outs told as our own where the loop was held up for much of the time.

    A sequence, whose times are judged, says in any case for how long it was.
    """
    doubtful = held_up >= _SHARE * took
    if isinstance(payload, Exchanges):
        steps = tuple(_doubted(step, held_up) for step in payload.steps) if doubtful else payload.steps
        return payload.model_copy(update={"steps": steps, "held_up": held_up})
    return _doubted(payload, held_up) if doubtful else payload


def stalled(payload: Seen) -> bool:
    """Whether it could not be measured because this machine held us up."""
    steps = payload.steps if isinstance(payload, Exchanges) else (payload,)
    failures: list[Failure | None] = [getattr(step, "failure", None) for step in steps]
    return any(failure is not None and failure.reason is Reason.STALLED for failure in failures)


def repeatable(observable: Observable) -> bool:
    """Whether it can be observed again at nobody's expense: it changes nothing, and no limiter counts it."""
    match observable:
        case Lookup() | Connect() | Handshake():
            return True
        case HttpRequest():
            return observable.safe and not observable.costs
        case HttpSequence(steps=steps) if type(observable) is HttpSequence:
            return not observable.costs and all(step.safe and not step.costs for step in steps)
    return False


def _doubted(payload: SeenT, held_up: float) -> SeenT:
    failure: Failure | None = getattr(payload, "failure", None)
    if failure is None or failure.reason is not Reason.TIMEOUT:
        return payload
    detail = f"{failure.detail}, while this machine held Atalaia itself up for {held_up:.1f} s"
    return payload.model_copy(update={"failure": Failure(reason=Reason.STALLED, detail=detail)})
