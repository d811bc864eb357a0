"""The highest rate that holds: by steps upwards, then by bisection. Pure: from what the runs before said."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.thresholds import Thresholds
from loadtests.verdict import told
from loadtests.verdict.model import ALL, Flaw, Holds, Judgement, Outcome, Reason, Told, Verdict

_TRIES = 2
"""Runs at a rate that are INVALID before it counts as one that nothing can be told of."""
_LOWEST = 1 / 32
"""Part of the first rate below which nothing is tried any more."""


class Ladder(Told):
    """How to search; rates are arrivals a second that are to be served (a plan offers a little more)."""

    first: float
    step: float | None = None
    """Added for each further step upwards; None: times `factor`."""
    factor: float = 1.5
    most: float
    """The highest rate that is tried."""
    tolerance: float = 0.05
    """It ends where the lowest rate that does not hold is within this part of the highest that does."""


class Step(Told):
    """One run of the search."""

    rate: float
    outcome: Outcome
    because: str = ""


class Found(Told):
    """The result of a search."""

    holds: float | None
    """The highest rate that passed, below all that did not; None: none did."""
    bound: float | None
    """The lowest rate that did not pass; None: the highest that may be tried passed."""
    bound_outcome: Outcome | None = None
    """FAIL, or INVALID: beyond `holds` the generator, not the stack, is what could not."""
    because: str = ""


def search(history: Sequence[Step], ladder: Ladder) -> float | Found:
    """The next rate to run, or the result.

    A run that is INVALID is repeated once; INVALID again, its rate bounds the search as one that fails would,
    and the result says so: what cannot be measured is never taken for what holds. A rate that passed above
    one that failed is not believed.
    """
    if not history:
        return min(ladder.first, ladder.most)
    last = history[-1].rate
    if _unclear(history, last):
        return last
    bound = min(
        (rate for rate in _rates(history) if _outcome(history, rate) is not Outcome.PASS), default=None
    )
    below = [rate for rate in _rates(history) if bound is None or rate < bound]
    holds = max((rate for rate in below if _outcome(history, rate) is Outcome.PASS), default=None)
    if bound is None:
        return Found(holds=holds, bound=None) if last >= ladder.most else _next(history, ladder)
    next_rate = _rounded(((holds or 0.0) + bound) / 2)
    near = holds is not None and bound - holds <= ladder.tolerance * bound
    if near or next_rate in _rates(history) or next_rate < ladder.first * _LOWEST:
        outcome = _outcome(history, bound)
        because = next(step.because for step in reversed(history) if step.rate == bound)
        return Found(holds=holds, bound=bound, bound_outcome=outcome, because=because)
    return next_rate


def at_rate(thresholds: Thresholds, rate: float, requests: float = 1.0) -> Thresholds:
    """The thresholds of one step: its own rate is to be served. `requests`: of an arrival, in the mean."""
    return thresholds.model_copy(update={"throughput": rate * requests})


def concluded(found: Found, target: float | None) -> Verdict:
    """The verdict on a search: the rate that holds, as a threshold where there is one; `target` in arrivals
    a second."""
    least = 0.0 if target is None else target
    expected = f"at least {told.rate(target)}" if target is not None else "a rate that holds"
    observed = _observed(found)
    holds = Holds.YES
    if found.holds is None or found.holds < least:
        holds = Holds.NO if found.bound_outcome is Outcome.FAIL else Holds.UNDECIDED
    judgement = Judgement(
        what="breakpoint", where=ALL, expected=expected, observed=observed, holds=holds,
        remedy="" if holds is Holds.YES else found.because,
    )  # fmt: skip
    outcome = {Holds.YES: Outcome.PASS, Holds.NO: Outcome.FAIL, Holds.UNDECIDED: Outcome.INVALID}[holds]
    reasons: tuple[Reason, ...] = ()
    if holds is Holds.UNDECIDED:
        reasons = (
            Reason(flaw=Flaw.UNDECIDED, expected=expected, observed=observed, remedy=found.because),
        )  # fmt: skip
    return Verdict(
        outcome=outcome, because=f"{observed}; {expected}", judgements=(judgement,), reasons=reasons
    )  # fmt: skip


def _observed(found: Found) -> str:
    holds = "no rate holds" if found.holds is None else f"{told.rate(found.holds)} holds"
    if found.bound is None:
        return f"{holds}, the highest that may be tried"
    if found.bound_outcome is Outcome.FAIL:
        return f"{holds}, {told.rate(found.bound)} does not"
    return f"{holds}; {told.rate(found.bound)} could not be measured"


def _next(history: Sequence[Step], ladder: Ladder) -> float:
    highest = max(_rates(history))
    further = highest * ladder.factor if ladder.step is None else highest + ladder.step
    rounded = _rounded(further)
    return min(rounded if rounded > highest else further, ladder.most)


def _unclear(history: Sequence[Step], rate: float) -> bool:
    outcomes = [step.outcome for step in history if step.rate == rate]
    return all(outcome is Outcome.INVALID for outcome in outcomes) and len(outcomes) < _TRIES


def _outcome(history: Sequence[Step], rate: float) -> Outcome:
    """What the runs at a rate say together: the first that was valid decides."""
    outcomes = [step.outcome for step in history if step.rate == rate]
    return next((outcome for outcome in outcomes if outcome is not Outcome.INVALID), Outcome.INVALID)


def _rates(history: Sequence[Step]) -> list[float]:
    return sorted({step.rate for step in history})


def _rounded(rate: float) -> float:
    """A rate that is easily told: three significant digits."""
    return float(f"{rate:.3g}")
