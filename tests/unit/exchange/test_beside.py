"""Work beside the loop: one that hangs holds up no other."""

from __future__ import annotations

import asyncio
import threading

import pytest

from atalaia.exchange.beside import aside, beside


def test_a_hanging_one_holds_up_nobody() -> None:
    release, done = threading.Event(), threading.Semaphore(0)
    for _ in range(5):
        beside(lambda: release.wait(10))
    for _ in range(50):
        beside(done.release)
    try:
        for _ in range(50):
            assert done.acquire(timeout=10)
    finally:
        release.set()


def test_threads_are_used_again() -> None:
    names: list[int] = []
    for _ in range(100):
        done = threading.Event()

        def work(done: threading.Event = done) -> None:
            names.append(threading.get_ident())
            done.set()

        beside(work)
        assert done.wait(10)
    assert len(set(names)) < 50


def test_the_loop_goes_on_while_somebody_waits_for_what_work_gives() -> None:
    begun, released = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert released.wait(10), "the loop did not go on"
        return "done"

    async def both() -> str:
        waiting = asyncio.create_task(aside(work))
        while not begun.is_set():
            await asyncio.sleep(0)
        released.set()
        return await waiting

    assert asyncio.run(both()) == "done"


def test_what_work_raises_is_raised_where_it_is_waited_for() -> None:
    def work() -> None:
        raise KeyError("nothing there")

    with pytest.raises(KeyError, match="nothing there"):
        asyncio.run(aside(work))


def test_work_that_outlives_its_loop_disturbs_nobody() -> None:
    released, done = threading.Event(), threading.Event()

    def work() -> None:
        released.wait(10)
        done.set()

    async def give_up() -> None:
        waiting = asyncio.create_task(aside(work))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(give_up())
    released.set()
    assert done.wait(10)
