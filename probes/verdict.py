"""What a run's exit code is: targets that fail are data, not a failure of the run, unless it is asked."""

from __future__ import annotations

from atalaia.errors import ExitCode
from probes.cron_run import Done
from probes.model import ProbeResult, Reason

UNKNOWN = {Reason.UNMEASURED, Reason.BLOCKED, Reason.DEFECT}
"""Failures that say nothing about the target."""


def exit_code(done: Done, *, fail: bool) -> ExitCode:
    """5, 1, 2, 4, 0, in this order (docs/architecture.md)."""
    results = real(done)
    reasons = {one.last.reason for one in results if not one.success}
    if Reason.DEFECT in reasons:
        return ExitCode.DEFECT
    if fail and done.run.valid and reasons - UNKNOWN:
        return ExitCode.FAILED
    if not done.run.valid or done.interrupted:
        return ExitCode.NOT_MEASURED
    if fail and (reasons or not results):
        return ExitCode.NOT_MEASURED
    return ExitCode.NOT_DELIVERED if done.failures else ExitCode.OK


def real(done: Done) -> tuple[ProbeResult, ...]:
    """What was measured of the stack: without the negative control."""
    return tuple(one for one in done.run.results if not one.planned.expects_failure)
