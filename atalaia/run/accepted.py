"""Known defects: shown, not counted, and failing again once they expire or are gone."""

from __future__ import annotations

from datetime import date

from atalaia.checks.check import Finding
from atalaia.environment.policy import Accepted
from atalaia.run.results import Outcome, Result


def accept(result: Result, entry: Accepted | None, today: date) -> Result:
    """The result in the light of the environment's entry for this check@target."""
    if entry is None:
        return result
    if result.outcome is Outcome.PASSED:
        finding = Finding(
            expected=f"the defect accepted as “{entry.reason}”",
            observed="it is gone, and the environment still lists it",
            cause="accepted",
        )
        return result.model_copy(
            update={
                "outcome": Outcome.FAILED,
                "findings": (finding,),
                "remedy": "remove the entry from `accepted`, so that the defect fails when it comes back",
            }
        )
    if result.outcome is not Outcome.FAILED:
        return result
    if today > entry.until:
        expired = f"accepted as “{entry.reason}” until {entry.until.isoformat()}, which is over"
        return result.model_copy(update={"reason": expired})
    return result.model_copy(update={"accepted": f"{entry.reason} (until {entry.until.isoformat()})"})
