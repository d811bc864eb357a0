"""Quietness: many loud ones at once, or one quiet one alone, over all processes of a run."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from pathlib import Path

from atalaia.run.quietness import Quietness

SPAWN = multiprocessing.get_context("spawn")


def _write(file: Path, word: str) -> None:
    with file.open("a") as log:
        log.write(f"{word} {os.getpid()}\n")


async def _loud(quietness: Quietness, log: Path) -> None:
    async with quietness.loud():
        _write(log, "loud")
        await asyncio.sleep(0.02)
        _write(log, "over")


def _many_loud(directory: str, log: str, rounds: int) -> None:
    async def many() -> None:
        quietness = Quietness(Path(directory))
        for _ in range(rounds):
            await asyncio.gather(*(_loud(quietness, Path(log)) for _ in range(4)))

    asyncio.run(many())


def _one_quiet(directory: str, log: str) -> None:
    async def one() -> None:
        async with Quietness(Path(directory)).quiet():
            _write(Path(log), "quiet")
            await asyncio.sleep(0.05)
            _write(Path(log), "heard")

    asyncio.run(one())


def test_a_quiet_one_is_alone_among_all_processes_and_is_not_kept_waiting_by_loud_ones(tmp_path):
    log = tmp_path / "log"
    loud = [SPAWN.Process(target=_many_loud, args=(str(tmp_path), str(log), 40)) for _ in range(2)]
    for process in loud:
        process.start()
    _until(lambda: log.exists() and log.read_text().count("loud") > 8)
    quiet = SPAWN.Process(target=_one_quiet, args=(str(tmp_path), str(log)))
    quiet.start()
    for process in (quiet, *loud):
        process.join(timeout=60)
        assert process.exitcode == 0
    words = [line.split()[0] for line in log.read_text().splitlines()]
    start = words.index("quiet")
    assert words[start + 1] == "heard", "nothing happened in between"
    assert words[:start].count("loud") == words[:start].count("over"), "all that had begun were over"
    assert "loud" in words[start:], "it did not have to wait until all the others were done"


def test_loud_ones_go_on_side_by_side(tmp_path):
    async def four() -> float:
        quietness = Quietness(tmp_path)
        begun = time.monotonic()
        barrier = asyncio.Barrier(4)

        async def one() -> None:
            async with quietness.loud():
                await asyncio.wait_for(barrier.wait(), 10)

        await asyncio.gather(*(one() for _ in range(4)))
        return time.monotonic() - begun

    assert asyncio.run(four()) < 10


def test_a_process_that_was_killed_keeps_nobody_waiting(tmp_path):
    log = tmp_path / "log"
    process = SPAWN.Process(target=_hold_forever, args=(str(tmp_path), str(log)))
    process.start()
    _until(log.exists)
    process.kill()
    process.join(timeout=10)

    async def after() -> None:
        async with asyncio.timeout(5), Quietness(tmp_path).quiet():
            pass

    asyncio.run(after())


def _hold_forever(directory: str, log: str) -> None:
    async def hold() -> None:
        async with Quietness(Path(directory)).quiet():
            _write(Path(log), "held")
            await asyncio.sleep(3600)

    asyncio.run(hold())


def _until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.01)
