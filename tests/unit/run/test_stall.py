"""A time-out that this process caused itself is not held against the stack."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

import pytest

from atalaia.exchange.exchange import Connection, Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason, Seen
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.redaction import Redactor
from atalaia.run.observations import Observations
from atalaia.run.stall import doubted

TIMED_OUT = Failure(reason=Reason.TIMEOUT, detail="no connection within 1s")


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Connection


@pytest.mark.parametrize(("held_up", "reason"), [(0.19, Reason.TIMEOUT), (0.2, Reason.STALLED)])
def test_a_fifth_of_the_time_is_too_much(held_up, reason):
    assert doubted(Connection(failure=TIMED_OUT), 1.0, held_up).failure.reason is reason


def test_each_step_of_a_sequence_is_doubted_by_itself():
    steps = tuple(
        Exchange(method="GET", url="http://a", request_id="1", elapsed=1, failure=failure)
        for failure in (TIMED_OUT, None)
    )
    first, second = doubted(Exchanges(steps=steps), 1.0, 0.5).steps
    assert first.failure.reason is Reason.STALLED
    assert "held Atalaia itself up for 0.5 s" in first.failure.detail
    assert second.failure is None


@pytest.mark.parametrize("held_up", [0.0, 0.1, 0.5])
def test_a_sequence_says_how_long_it_was_held_up(held_up):
    step = Exchange(method="GET", url="http://a", request_id="1", elapsed=1)
    seen = doubted(Exchanges(steps=(step,)), 1.0, held_up)
    assert seen.held_up == held_up
    assert seen.steps == (step,)


def test_other_failures_stand_however_busy_the_machine_is():
    refused = Connection(failure=Failure(reason=Reason.REFUSED, detail="connection refused"))
    assert doubted(refused, 1.0, 0.9) is refused


@pytest.mark.parametrize(("stalls", "reason"), [(True, Reason.STALLED), (False, Reason.TIMEOUT)])
def test_a_loop_that_is_held_up_is_noticed(tmp_path, stalls, reason):
    async def observe(observable: Observable) -> Seen:
        await asyncio.sleep(0.1)
        if stalls:
            time.sleep(0.4)  # what a slow import in the middle of a run does
        await asyncio.sleep(0.1)
        return Connection(failure=TIMED_OUT)

    async def take() -> Seen:
        taken = await Observations(tmp_path, observe, Redactor(())).take(Ask(key="a", hop=Hop.SERVICE))
        return taken.payload

    assert asyncio.run(take()).failure.reason is reason
