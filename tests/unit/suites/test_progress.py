"""The line that tells how far a run is."""

from __future__ import annotations

import io
import threading

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


def test_it_tells_how_many_results_there_are_and_what_is_waited_for():
    assert progress_line(212, 380, ((0.0, 50.0), (5.0, 46.0)), now=10.0) == (
        "  212 of 380 results; waiting another 40 s for limiters' windows"
    )


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
