"""What is long is looked through beside the loop, and while nothing is measured."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import ClassVar

import pytest

from atalaia.checks.check import Check, Finding, Severity
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.response import Response
from atalaia.exchange.seen import Seen
from atalaia.redaction import Redactor
from atalaia.run.bulk import bulky
from atalaia.run.case import Case
from atalaia.run.execute import Executor
from atalaia.run.observations import Observations
from atalaia.run.results import Outcome


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Exchange


class QuietAsk(Ask):
    quiet: ClassVar[bool] = True


def seen(body: bytes) -> Exchange:
    response = Response(status=200, body=body)
    return Exchange(method="GET", url="http://a/", request_id="1", response=response, elapsed=0.1)


SHORT, LONG = seen(b"short"), seen(b"s3cret-" + b"x" * 2**20)


def test_it_is_the_bodies_that_count() -> None:
    assert not bulky([SHORT, SHORT])
    assert bulky([LONG])
    half = seen(b"x" * 2**19)
    assert bulky([half, half])
    assert bulky([Exchanges(steps=(half, half))])
    assert not bulky([Exchanges(steps=(half, half.model_copy(update={"response": None})))])
    assert not bulky([Seen()])


class Judging:
    """A judge that notes where it was called, and waits until it may end."""

    def __init__(self) -> None:
        self.begun, self.released = threading.Event(), threading.Event()
        self.threads: list[int] = []

    def __call__(self, payloads: tuple[Seen, ...], expected: object) -> list[Finding]:
        self.threads.append(threading.get_ident())
        self.begun.set()
        assert self.released.wait(10), "who waits for other answers was held up"
        return []


def case(name: str, judge: Judging, observable: Observable) -> Case:
    check = Check(
        id=f"test.{name}",
        severity=Severity.MAJOR,
        catches="",
        remedy="",
        source="",
        targets=lambda environment: (name,),
        observes=lambda environment, target: (),
        judge=judge,
    )
    return Case(check, name, observables=(observable,))


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with other processes"])
def test_what_is_long_is_judged_beside_the_loop_and_nothing_is_measured_meanwhile(
    tmp_path: Path, alone: bool
) -> None:
    judge = Judging()
    taken: list[str] = []

    async def observe(observable: Observable) -> Seen:
        taken.append(observable.key)
        return LONG if observable.key == "long" else SHORT

    async def run() -> None:
        observations = Observations(tmp_path, observe, Redactor(["s3cret-"]), alone=alone)
        judging = asyncio.create_task(
            Executor(observations).execute(case("long", judge, Ask(key="long", hop=Hop.SERVICE)))
        )
        async with asyncio.timeout(10):
            while not judge.begun.is_set():
                await asyncio.sleep(0.001)
            await observations.take(Ask(key="loud", hop=Hop.SERVICE))
            measuring = asyncio.create_task(observations.take(QuietAsk(key="quiet", hop=Hop.SERVICE)))
            for _ in range(100):
                await asyncio.sleep(0)
            assert taken == ["long", "loud"]
            judge.released.set()
            assert (await judging).outcome is Outcome.PASSED
            await measuring
        assert taken == ["long", "loud", "quiet"]
        long = await observations.take(Ask(key="long", hop=Hop.SERVICE))
        assert isinstance(long.payload, Exchange)
        assert long.payload.response
        assert long.payload.response.body.startswith(b"[redacted]x")

    asyncio.run(run())
    assert judge.threads != [threading.get_ident()]


def test_what_is_long_is_read_from_another_process_as_it_was_stored(tmp_path: Path) -> None:
    async def observe(observable: Observable) -> Seen:
        return LONG

    async def nobody(observable: Observable) -> Seen:
        raise AssertionError("it was seen before")

    ask = Ask(key="long", hop=Hop.SERVICE)

    async def take(how: object) -> Seen:
        return (await Observations(tmp_path, how, Redactor([])).take(ask)).payload  # type: ignore[arg-type]

    assert asyncio.run(take(observe)) == LONG
    assert asyncio.run(take(nobody)) == LONG


def test_what_is_short_is_judged_at_once(tmp_path: Path) -> None:
    judge = Judging()
    judge.released.set()

    async def observe(observable: Observable) -> Seen:
        return SHORT

    async def run() -> None:
        executor = Executor(Observations(tmp_path, observe, Redactor([]), alone=True))
        await executor.execute(case("short", judge, Ask(key="short", hop=Hop.SERVICE)))

    asyncio.run(run())
    assert judge.threads == [threading.get_ident()]
