"""How far a run is: one line that changes on a terminal, and a line for each stage elsewhere."""

from __future__ import annotations

import io

import pytest

from loadtests.measured import Live
from loadtests.telling.progress import Progress, line
from tests.support.load_runs import plan_of, stage

STAGES = (
    stage(10, 100, name="warm-up", lasts=5, measured=False),
    stage(100, name="steady", begins=5, lasts=15),
)


def live(at: float, name: str = "steady", **more: object) -> Live:
    given = {
        "lasts": 20, "rate": 100, "sent_rate": 99.6, "intended": 100, "sent": 100, "good": 98, "failed": 2,
        "dropped": 0, "in_flight": 3, "p95": 0.0132, "lag_p99": 0.0008, "workers": 1,
    }  # fmt: skip
    return Live.model_validate({"at": at, "stage": name, **given, **more})


def told(*lives: Live, moving: bool, columns: int = 80) -> str:
    stream = io.StringIO()
    progress = Progress(plan_of(stages=STAGES), stream, moving=moving, columns=columns)
    for one in lives:
        progress.tell(one)
    progress.end()
    return stream.getvalue()


def test_a_second() -> None:
    assert line(live(8)) == "steady  99.6/s  p95 13.2 ms  errors 2 %  lag 0.8 ms  12 s left"


def test_what_is_not_known_yet_is_a_dash() -> None:
    now = live(1, good=0, failed=0, p95=None, lag_p99=None)
    assert line(now) == "steady  99.6/s  p95 -  errors -  lag -  19 s left"


def test_what_is_dropped_is_told() -> None:
    assert "12 dropped" in line(live(8, dropped=12))


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_on_a_terminal_it_is_one_line_that_is_gone_at_the_end(columns: int) -> None:
    text = told(live(1), live(2, dropped=123456789, p95=float("inf")), live(3), moving=True, columns=columns)
    assert "\n" not in text
    frames = text.split("\r")[1:]
    assert max(map(len, frames)) < columns
    assert frames[-1] == "", "the cursor is back at the beginning"
    assert frames[-2].strip() == "", "and nothing stands there"
    assert len(frames[-2]) >= len(frames[-3].rstrip())


def test_elsewhere_there_is_a_line_for_each_stage() -> None:
    text = told(live(1, "warm-up"), live(2, "warm-up"), live(6), live(7), moving=False)
    assert text == "stage warm-up: 10/s to 100/s for 5 s, a warm-up\nstage steady: 100/s for 15 s\n"
