"""A time-out that this process caused itself is not held against the stack."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.cost import Cost
from atalaia.exchange.exchange import Connection, Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Connect, HttpRequest, HttpSequence, Observable
from atalaia.exchange.seen import Seen
from atalaia.redaction import Redactor
from atalaia.run.observations import Observations
from atalaia.run.stall import doubted, repeatable, stalled

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


URL = parse_url("http://it", frozenset({"http"}))
GET = HttpRequest(key="get", hop=Hop.SERVICE, url=URL, target="/")
COST = Cost(bucket="front", requests=1, limit=10, window=60.0)


@pytest.mark.parametrize(
    ("observable", "again"),
    [
        (Connect(key="c", hop=Hop.SERVICE, url=URL), True),
        (GET, True),
        (GET.model_copy(update={"method": "POST"}), False),
        (GET.model_copy(update={"costs": (COST,)}), False),
        (HttpSequence(key="s", hop=Hop.SERVICE, steps=(GET, GET)), True),
        (HttpSequence(key="s", hop=Hop.SERVICE, steps=(GET, GET), costs=(COST,)), False),
        (Ask(key="a", hop=Hop.SERVICE), False),
    ],
)
def test_what_costs_nobody_anything_may_be_observed_again(observable, again):
    assert repeatable(observable) is again


@pytest.mark.parametrize(("stalls", "looks"), [(0, 1), (1, 2), (9, 3)])
def test_a_time_out_of_our_own_is_measured_anew(tmp_path, monkeypatch, stalls, looks):
    ours = Connection(failure=Failure(reason=Reason.STALLED, detail="this machine was busy"))
    seen: list[Seen] = []

    async def observe(observable: Observable) -> Seen:
        seen.append(ours if len(seen) < stalls else Connection())
        return seen[-1]

    monkeypatch.setattr("atalaia.run.observations._BETWEEN", 0.0)
    taken = Observations(tmp_path, observe, Redactor(())).take(Connect(key="c", hop=Hop.SERVICE, url=URL))
    payload = asyncio.run(taken).payload
    assert len(seen) == looks
    assert stalled(payload) is (stalls >= looks)
