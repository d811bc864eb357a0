"""What a run exits with, and what it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atalaia.errors import DeliveryError, ExitCode
from probes import telling
from probes.cron_run import Done
from probes.model import Reason
from probes.verdict import exit_code
from tests.support.probe_runs import failed, planned, retried, run, worked

GOOD = Done(run(worked()))
FAILING = Done(run(worked(planned("a")), failed(planned("b"))))
UNMEASURED = Done(run(failed(reason=Reason.UNMEASURED)))
DEFECT = Done(run(failed(reason=Reason.DEFECT, shown={"defect": "Traceback …"})))
INVALID = Done(run(failed(), worked(planned("negative-control", expects_failure=True)), valid=False))
REFUSED = (DeliveryError("the Pushgateway did not take the results of the run", observed="400: no"),)


@pytest.mark.parametrize(
    ("done", "fail", "code"),
    [
        (GOOD, True, ExitCode.OK),
        (FAILING, False, ExitCode.OK),
        (FAILING, True, ExitCode.FAILED),
        (UNMEASURED, False, ExitCode.OK),
        (UNMEASURED, True, ExitCode.NOT_MEASURED),
        (Done(run()), True, ExitCode.NOT_MEASURED),
        (DEFECT, False, ExitCode.DEFECT),
        (INVALID, False, ExitCode.NOT_MEASURED),
        (INVALID, True, ExitCode.NOT_MEASURED),
        (replace(GOOD, failures=REFUSED), False, ExitCode.NOT_DELIVERED),
        (replace(FAILING, failures=REFUSED), True, ExitCode.FAILED),
        (replace(INVALID, failures=REFUSED), True, ExitCode.NOT_MEASURED),
        (replace(GOOD, interrupted="SIGTERM"), False, ExitCode.NOT_MEASURED),
    ],
)
def test_targets_that_fail_are_data_and_the_runners_own_troubles_are_not(
    done: Done, fail: bool, code: ExitCode
) -> None:
    assert exit_code(done, fail=fail) is code


def test_a_run_is_a_line_and_one_for_each_that_fails_or_was_saved() -> None:
    done = replace(FAILING, run=run(*FAILING.run.results, retried(planned("c"))), waiting=3, delivered=True)
    first, *others = telling.run(done)
    assert first.endswith("Z atendeai: 2 of 3 probes succeed, 3 have their turn later; delivered; 2.00 s")
    assert others == [
        "  b: refused: connection refused",
        "  c: succeeds at attempt 2; first: refused",
    ]


def test_troubles_are_told_each_once() -> None:
    done = replace(INVALID, failures=REFUSED, notes=("moved aside",), interrupted="SIGTERM")
    told = list(telling.troubles(done))
    assert [line.split(" ")[0] for line in told] == ["the", "ended", "moved", "the"]
    assert "400: no" in told[-1]
    assert list(telling.troubles(GOOD)) == []
    assert "Traceback" in next(telling.troubles(DEFECT))
