"""The search for the highest rate that holds: run after run, until it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtests.scenario import Breakpoint
from loadtests.sent import Sent
from loadtests.verdict.generator import aborted
from loadtests.verdict.model import Verdict
from loadtests.verdict.search import Found, Ladder, Step, concluded, search


@dataclass(frozen=True)
class Search:
    """The last run, and what all of them say."""

    last: Sent
    verdict: Verdict
    steps: tuple[Step, ...] = ()
    found: Found | None = None
    """None: there was only one run, or the search was interrupted."""


def searched(wanted: Breakpoint, at: Callable[[float], Sent], say: Callable[[str], None]) -> Search:
    """Send at one rate after the other; `say` is told of each."""
    ladder = ladder_of(wanted)
    steps: list[Step] = []
    last: Sent | None = None
    while True:
        rate = search(steps, ladder)
        if isinstance(rate, Found):
            assert last is not None, "nothing is found without a run"
            return Search(last, concluded(rate, None), tuple(steps), rate)
        last = at(rate)
        steps.append(Step(rate=rate, outcome=last.verdict.outcome, because=last.verdict.because))
        say(f"{rate:g}/s: {last.verdict.outcome.value}, {last.verdict.because}")
        if last.measured.interrupted and not aborted(last.measured):
            return Search(last, last.verdict, tuple(steps))


def ladder_of(wanted: Breakpoint) -> Ladder:
    """How a scenario wants it to be searched."""
    ladder = Ladder(first=wanted.starts, step=wanted.step, most=wanted.to, tolerance=wanted.tolerance)
    return ladder if wanted.factor is None else ladder.model_copy(update={"factor": wanted.factor})
