"""Work that computes, beside the loop."""

from __future__ import annotations

import asyncio
import os
import threading
import time

import pytest

from atalaia.exchange.computing import computed


def test_the_loop_goes_on_meanwhile() -> None:
    async def both() -> tuple[int, str]:
        going = asyncio.ensure_future(computed(work))
        turns = 0
        while not going.done():
            turns += 1
            if turns == 10:
                release.set()
            await asyncio.sleep(0.001)
        return turns, going.result()

    def work() -> str:
        assert release.wait(10)
        return "done"

    release = threading.Event()
    turns, result = asyncio.run(both())
    assert turns >= 10
    assert result == "done"


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(computed(lambda: 1 // 0))


def test_it_leaves_the_processor_to_who_waits_for_answers() -> None:
    before = os.sched_getscheduler(0)
    assert asyncio.run(computed(lambda: os.sched_getscheduler(0))) == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == before


def test_who_is_cancelled_does_not_wait_for_it() -> None:
    release = threading.Event()

    async def cancelled() -> float:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await computed(lambda: release.wait(10))
        return time.monotonic() - begun

    async def go() -> float:
        try:
            return await cancelled()
        finally:
            release.set()  # asyncio waits for its own executor's threads only

    assert asyncio.run(go()) < 5
