"""What a whole run comes to: which results count, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from atalaia.errors import ExitCode
from atalaia.run.results import Outcome, Result, RunRecord, SkipKind


class Standing(StrEnum):
    """How a result counts: its outcome, or `accepted` where it comes down to an accepted defect."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    ACCEPTED = "accepted"
    """A failure that the environment accepts, or a result that is blocked only by such a one."""
    SKIPPED = "skipped"


def standings(results: Iterable[Result]) -> dict[str, Standing]:
    """The standing of each result, by its identity (check@target)."""
    known = {result.identity: result for result in results}
    accepted = {identity for identity, result in known.items() if result.accepted}
    return {
        identity: Standing.ACCEPTED
        if identity in accepted or result.blocked_by in accepted
        else Standing(result.outcome.value)
        for identity, result in known.items()
    }


def tally(results: Iterable[Result]) -> dict[Standing, int]:
    """How many results there are of each standing that occurs, in the order of `Standing`."""
    counted = Counter(standings(results).values())
    return {standing: counted[standing] for standing in Standing if counted[standing]}


UNDELIVERED = 100
"""Added to its exit code by the process of a run that could not write findings.json, for who started it."""


def exit_code(record: RunRecord, *, enforce: bool = False) -> ExitCode:
    """The exit code of a run, by precedence:

    - 5 where Atalaia itself had a defect. It comes before “nothing was selected”: what a defect
      kept from being collected was not left out by the user.
    - 1 where a check failed that is not accepted, also when the run was interrupted afterwards.
    - 2 where something was blocked or inconclusive, the run was interrupted or never finished, a
      planned case has no result, or a tool or credential was missing under `enforce`.
    - 3 where nothing was selected. A run of which everything was skipped as not declared or not
      allowed is one of these: the environment gives the selected checks nothing to look at.
    - 2 where nothing passed for another reason: all that ran is accepted, or a tool was missing.
    - 0 where something passed, and none of the above.
    """
    counts = tally(record.results)
    missing = any(result.skip is SkipKind.MISSING for result in record.results)
    if record.defects:
        return ExitCode.DEFECT
    if counts.get(Standing.FAILED):
        return ExitCode.FAILED
    if counts.get(Standing.BLOCKED) or counts.get(Standing.INCONCLUSIVE) or (missing and enforce):
        return ExitCode.NOT_MEASURED
    if record.interrupted or record.finished is None or record.planned > len(record.results):
        return ExitCode.NOT_MEASURED
    if all(result.outcome is Outcome.SKIPPED for result in record.results) and not missing:
        return ExitCode.USAGE
    if not record.complete or not counts.get(Standing.PASSED):
        return ExitCode.NOT_MEASURED
    return ExitCode.OK
