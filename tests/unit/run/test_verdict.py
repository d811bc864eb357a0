"""The exit code of a run: every combination of what can happen in it."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from atalaia.checks.check import Finding
from atalaia.errors import ExitCode
from atalaia.run.results import SkipKind
from atalaia.run.verdict import Standing, exit_code, standings, tally
from tests.support.records import blocked, failed, inconclusive, passed, record, skipped

INGREDIENTS = {
    "passed": passed("a.passed@x"),
    "failed": failed("a.failed@x"),
    "blocked": blocked("a.blocked@x", by="a.elsewhere@x"),
    "inconclusive": inconclusive("a.unsure@x", "nobody knows"),
    "accepted": failed("a.accepted@x", accepted="ticket 7 (until 2099-01-01)"),
    "blocked-by-accepted": blocked("a.follows@x", by="a.accepted@x"),
    "not-declared": skipped("a.undeclared@-", SkipKind.NOT_DECLARED),
    "not-allowed": skipped("a.forbidden@x", SkipKind.NOT_ALLOWED),
    "missing": skipped("a.missing@x", SkipKind.MISSING),
}
SIZES = range(len(INGREDIENTS) + 1)
COMBINATIONS = [
    names
    for names in chain.from_iterable(combinations(INGREDIENTS, size) for size in SIZES)
    # A result is blocked by an accepted defect only where there is one.
    if "blocked-by-accepted" not in names or "accepted" in names
]


def expected(names: set[str], *, enforce: bool) -> ExitCode:
    """The design's sentence, said once more in another way."""
    if "failed" in names:
        return ExitCode.FAILED
    if names & {"blocked", "inconclusive"} or (enforce and "missing" in names):
        return ExitCode.NOT_MEASURED
    if names <= {"not-declared", "not-allowed"}:
        return ExitCode.USAGE
    return ExitCode.OK if "passed" in names else ExitCode.NOT_MEASURED


@pytest.mark.parametrize("enforce", [False, True], ids=["", "enforce"])
def test_every_mixture_of_results_has_the_exit_code_of_the_design(enforce):
    wrong = {
        names: exit_code(run, enforce=enforce).name
        for names in COMBINATIONS
        for run in [record(*(INGREDIENTS[name] for name in names))]
        if exit_code(run, enforce=enforce) is not expected(set(names), enforce=enforce)
    }
    assert wrong == {}


def test_a_defect_of_atalaia_comes_before_every_mixture_of_results():
    runs = (
        record(*(INGREDIENTS[name] for name in names), defects=("KeyError",), complete=False)
        for names in COMBINATIONS
    )
    assert {exit_code(run) for run in runs} == {ExitCode.DEFECT}


@pytest.mark.parametrize(
    "unfinished",
    [{"interrupted": True}, {"finished": None}, {"planned": 2}, {"complete": False}],
    ids=["interrupted", "never-finished", "result-missing", "incomplete"],
)
def test_a_run_that_did_not_end_as_it_should_is_never_a_success(unfinished):
    assert exit_code(record(passed("a@x"))) is ExitCode.OK
    assert exit_code(record(passed("a@x"), **unfinished)) is ExitCode.NOT_MEASURED


def test_a_failure_counts_also_when_the_run_was_interrupted_afterwards():
    assert exit_code(record(failed("a@x"), interrupted=True, complete=False)) is ExitCode.FAILED


def test_nothing_planned_is_nothing_selected_unless_the_run_was_interrupted():
    assert exit_code(record()) is ExitCode.USAGE
    assert exit_code(record(interrupted=True, complete=False)) is ExitCode.NOT_MEASURED


def test_an_expired_acceptance_fails_and_so_does_one_that_is_fixed():
    expired = failed("a@x", reason="accepted as “x” until 2026-01-01, which is over")
    fixed = failed("b@x", Finding(expected="the defect", observed="it is gone", cause="accepted"))
    for result in (expired, fixed):
        assert exit_code(record(passed("c@x"), result)) is ExitCode.FAILED


def test_what_an_accepted_defect_blocks_stands_as_accepted_and_what_else_is_blocked_does_not():
    results = (INGREDIENTS["accepted"], INGREDIENTS["blocked-by-accepted"], INGREDIENTS["blocked"])
    assert standings(results) == {
        "a.accepted@x": Standing.ACCEPTED,
        "a.follows@x": Standing.ACCEPTED,
        "a.blocked@x": Standing.BLOCKED,
    }


def test_a_blocked_result_that_carries_its_roots_acceptance_stands_as_accepted():
    follows = blocked("a.follows@x", by="a.not-selected@x").model_copy(update={"accepted": "ticket 7"})
    assert standings([follows]) == {"a.follows@x": Standing.ACCEPTED}


def test_the_tally_counts_every_result_once_and_names_no_empty_standing():
    counts = tally(INGREDIENTS.values())
    assert sum(counts.values()) == len(INGREDIENTS)
    assert counts == {
        Standing.PASSED: 1,
        Standing.FAILED: 1,
        Standing.BLOCKED: 1,
        Standing.INCONCLUSIVE: 1,
        Standing.ACCEPTED: 2,
        Standing.SKIPPED: 3,
    }
    assert tally([passed("a@x")]) == {Standing.PASSED: 1}
