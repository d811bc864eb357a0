"""What a run without findings.json comes to, by how pytest ended."""

from __future__ import annotations

import signal

import click
import pytest

from atalaia.checks.catalogue import SUITE_CHECKS
from atalaia.cli.check import SUITES, _split, _without_findings, check
from atalaia.errors import ExitCode, NotMeasured, UsageError
from atalaia.run.verdict import UNDELIVERED


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (1, ExitCode.DEFECT),
        (2, ExitCode.NOT_MEASURED),
        (3, ExitCode.DEFECT),
        (4, ExitCode.USAGE),
        (UNDELIVERED + 1, ExitCode.FAILED),
        (UNDELIVERED + 4, ExitCode.NOT_DELIVERED),
    ],
)
def test_the_exit_code_follows_pytests(code: int, meaning: ExitCode) -> None:
    assert _without_findings(code) is meaning


def test_a_run_that_was_killed_measured_nothing() -> None:
    with pytest.raises(NotMeasured, match="SIGTERM"):
        _without_findings(-signal.SIGTERM)


def test_arguments_for_pytest_that_no_shell_would_read_are_refused() -> None:
    assert _split("-x --tb 'short'") == ["-x", "--tb", "short"]
    with pytest.raises(UsageError, match="cannot be read"):
        _split("-k 'one")


@pytest.mark.parametrize("code", [0, 5])
def test_pytest_without_a_test_is_nothing_selected(code: int) -> None:
    with pytest.raises(UsageError, match="nothing was selected"):
        _without_findings(code)


def test_every_suite_of_the_catalogue_can_be_run_and_the_other_way_round() -> None:
    assert SUITES.keys() == SUITE_CHECKS.keys()


@pytest.mark.parametrize(
    ("name", "meant"), [("gatewy", "gateway"), ("Cors", "cors"), ("ratelimit", "rate-limit")]
)
def test_a_suite_that_is_none_is_told_once_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        check.main([name], standalone_mode=False)
    told = str(refused.value)
    assert f"there is no suite {name!r}" in told
    assert f"did you mean {meant}?" in told
    assert told.count("security-headers") == 1


def test_the_usage_says_suite_and_lists_them_once() -> None:
    text = check.get_help(click.Context(check, info_name="atalaia check"))
    assert "[SUITE]..." in text.splitlines()[0]
    assert text.count("security-headers") == 1
    assert all(suite in text for suite in SUITES)
