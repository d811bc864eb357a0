"""The line that tells how far a run is."""

from __future__ import annotations

import asyncio
import io
import threading
import time

from atalaia.exchange.waiting import telling, wait
from suites.progress import Progress, progress_line


class Terminal(io.StringIO):
    def __init__(self, tty: bool) -> None:
        super().__init__()
        self._tty = tty
        self.told = threading.Event()

    def isatty(self) -> bool:
        return self._tty

    def flush(self) -> None:
        self.told.set()


def test_it_tells_how_many_results_there_are_and_until_when_is_waited():
    until = time.strftime("%H:%M:%S", time.localtime(50.0))
    assert progress_line(212, 380, ((0.0, 50.0), (5.0, 46.0)), now=10.0) == (
        f"  212 of 380 results; waiting for limiters' windows, until {until} at the latest"
    )


def test_a_wait_is_known_when_it_begins():
    seen: list[tuple[float, float]] = []

    async def waits() -> None:
        with telling(lambda start, until: seen.append((start, until))):
            await wait(0.01)
        await wait(0.0)

    asyncio.run(waits())
    ((start, until),) = seen
    assert round(until - start, 6) == 0.01


def test_it_names_no_wait_where_there_is_none():
    assert progress_line(1, 2, ((0.0, 5.0),), now=10.0) == "  1 of 2 results"


def test_the_line_is_gone_when_the_run_is_over():
    screen = Terminal(tty=True)
    progress = Progress(lambda: "  1 of 2 results", screen)
    progress.start()
    assert screen.told.wait(10)
    progress.stop()
    assert "1 of 2" in screen.getvalue()
    assert screen.getvalue().split("\r")[-1] == ""
    assert screen.getvalue().split("\r")[-2].strip() == ""


def test_nothing_is_written_where_there_is_no_terminal():
    screen = Terminal(tty=False)
    progress = Progress(lambda: "anything", screen)
    progress.start()
    progress.stop()
    assert screen.getvalue() == ""
