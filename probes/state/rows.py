"""A result as a row, and back. The names of its figures stand elsewhere, once: they hardly ever change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from probes.model import Attempt, Planned, ProbeResult, Reason
from probes.totals import Outcome

_NOT_THE_STACK = {Reason.UNMEASURED, Reason.BLOCKED, Reason.DEFECT}
_DETAIL = 300
"""Characters kept of what went wrong."""


class Row(NamedTuple):
    """The columns of schema.RESULT."""

    series: int
    at: float
    run: int
    attempts: int
    success: int
    first_try: int
    duration: float
    reason: str | None
    detail: str | None
    names: int
    figures: str
    information: int

    @property
    def outcome(self) -> Outcome:
        """What of it is counted."""
        return Outcome(
            self.attempts, bool(self.success), bool(self.first_try), self.duration,
            of_stack=self.reason not in _NOT_THE_STACK,
        )  # fmt: skip


def row(result: ProbeResult, series: int, run: int, text: Callable[[str], int]) -> Row:
    """The row of a result; `text` gives the number of a text."""
    last = result.last
    names = [list(last.phases), list(last.facts)]
    figures = [round(value, 9) for value in (*last.phases.values(), *last.facts.values())]
    return Row(
        series=series,
        at=last.started,
        run=run,
        attempts=len(result.attempts),
        success=result.success,
        first_try=result.first_try,
        duration=last.duration,
        reason=last.reason,
        detail=last.detail[:_DETAIL] or None,
        names=text(_compact(names)),
        figures=_compact(figures),
        information=text(_compact({name: dict(told) for name, told in last.information.items()})),
    )


def shown(result: ProbeResult) -> str:
    """What was sent and seen, as it is kept of the last run."""
    return json.dumps(dict(result.last.shown), default=str)


def restored(planned: Planned, kept: Row, text: Callable[[int], str], seen: str = "{}") -> ProbeResult:
    """The result that a row stands for; of earlier attempts only how many there were."""
    phases, facts = json.loads(text(kept.names))
    figures = json.loads(kept.figures)
    last = Attempt(
        success=bool(kept.success),
        reason=Reason(kept.reason) if kept.reason else None,
        detail=kept.detail or "",
        started=kept.at,
        duration=kept.duration,
        phases=dict(zip(phases, figures[: len(phases)], strict=True)),
        facts=dict(zip(facts, figures[len(phases) :], strict=True)),
        information=json.loads(text(kept.information)),
        shown=json.loads(seen),
    )
    earlier = (Attempt(success=False),) * (kept.attempts - 1)
    return ProbeResult(planned, (*earlier, last))


def real(results: Iterable[ProbeResult]) -> list[ProbeResult]:
    """Those that say something about the stack: not the negative control."""
    return [result for result in results if not result.planned.expects_failure]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
