"""The report for a terminal: what people read after a deploy, at any width, whatever a server has said."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.checks.check import Finding, Severity
from atalaia.run.results import Outcome, Result, SkipKind
from reports.terminal import render
from reports.visible import cells
from tests.support.example_runs import RUNS, many_failures
from tests.support.records import CRITICAL, MINOR, blocked, failed, inconclusive, passed, record, skipped

GOLDEN = Path(__file__).parents[2] / "data" / "reports"
PATH = "out/findings.json"
SGR = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = st.text(max_size=60) | st.text(alphabet="\x1b[31m\x07\n\r\t \u202e\ufe0f\u0301界😀a/", max_size=60)


def shown(*results, width=80, colour=False, unicode=True, **more) -> str:
    return render(record(*results, **more), width=width, colour=colour, path=PATH, unicode=unicode)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_a_run_reads_as_it_did(name, unicode):
    """ATALAIA_WRITE_GOLDEN=1 writes the files anew: read the difference."""
    golden = GOLDEN / f"{name}.{'txt' if unicode else 'ascii.txt'}"
    text = render(RUNS[name](), width=80, colour=False, path=PATH, unicode=unicode)
    if os.environ.get("ATALAIA_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RUNS)
def test_colour_changes_nothing_but_the_colour(name):
    plain = render(RUNS[name](), width=80, colour=False, path=PATH)
    coloured = render(RUNS[name](), width=80, colour=True, path=PATH)
    assert coloured != plain
    assert SGR.sub("", coloured) == plain


findings = st.builds(Finding, expected=TEXTS, observed=TEXTS, hop=TEXTS, cause=TEXTS)
results = st.builds(
    Result,
    check=TEXTS,
    target=TEXTS,
    outcome=st.sampled_from(Outcome),
    severity=st.sampled_from(Severity),
    findings=st.lists(findings, max_size=3).map(tuple),
    remedy=TEXTS,
    reason=TEXTS,
    skip=st.none() | st.sampled_from(SkipKind),
    blocked_by=st.none() | TEXTS,
    accepted=st.none() | TEXTS,
)
records = st.builds(
    record,
    environment=TEXTS,
    safety=TEXTS,
    run=TEXTS,
    started=TEXTS,
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    stand_ins=st.lists(TEXTS, max_size=2).map(tuple),
    defects=st.lists(TEXTS, max_size=2).map(tuple),
    results=st.lists(results, max_size=4).map(tuple),
    interrupted=st.booleans(),
)


@settings(deadline=None)
@given(run=records, width=st.integers(40, 130), colour=st.booleans(), unicode=st.booleans())
def test_no_line_is_too_wide_and_no_control_character_passes(run, width, colour, unicode):
    text = SGR.sub("", render(run, width=width, colour=colour, path=PATH, unicode=unicode))
    for line in text.removesuffix("\n").split("\n"):
        assert cells(line) <= width
        assert not [
            char for char in line if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        ]
        assert unicode or line.isascii()


@settings(deadline=None)
@given(text=TEXTS)
def test_no_colour_code_of_a_server_passes_among_ours(text):
    finding = Finding(expected=text, observed=text, hop=text, cause=text)
    ours = set(SGR.findall(shown(failed("a@x"), colour=True)))
    assert set(re.findall(r"\x1b[^m]*m?", shown(failed("a@x", finding), colour=True))) <= ours


def test_a_text_without_end_is_cut_and_says_how_much_is_left():
    text = shown(failed("a@x", Finding(expected="short", observed="A" * 1_000_000)))
    assert "(+999600 characters)" in text
    assert len(text) < 2000


def test_a_thousand_findings_are_told_by_their_number():
    text = shown(failed("a@x", *(Finding(expected=str(n), observed="no") for n in range(1000))))
    assert "and 995 more findings" in text
    assert len(text.splitlines()) < 30


def test_failures_come_by_severity_and_then_by_what_they_block():
    text = shown(
        failed("a.minor@x", severity=MINOR),
        failed("a.quiet@x"),
        failed("a.blocking@x"),
        blocked("b@x", by="a.blocking@x"),
        failed("a.critical@x", severity=CRITICAL),
    )
    order = re.findall(r"^  ✗ \w+  (a\.\w+)@x$", text, re.MULTILINE)
    assert order == ["a.critical", "a.blocking", "a.quiet", "a.minor"]


def test_one_root_cause_is_one_failure_that_says_how_much_it_blocks():
    text = shown(failed("a@root"), *(blocked(f"b@{number}", by="a@root") for number in range(14)))
    assert "blocks    14: b@0, b@1, b@2, …\n" in text
    assert "b@3" not in text
    assert "1 failed, 14 blocked\n" in text


def test_what_is_blocked_by_something_not_selected_is_told_under_its_root():
    text = shown(blocked("b@x", by="a@elsewhere"), passed("c@x"))
    assert "  ⊘ a@elsewhere\n      because   failed\n      blocks    1: b@x\n" in text


def test_a_remedy_that_the_failure_before_has_told_is_not_told_again():
    text = shown(*(failed(f"a@{number}", remedy="Start it.") for number in range(3)))
    assert text.count("Start it.") == 1
    assert text.count("as above") == 2


def test_what_is_inconclusive_for_one_reason_is_told_once():
    text = shown(*(inconclusive(f"a@{number}", "no budget") for number in range(9)))
    assert text.count("no budget") == 1
    assert "also      8: a@1, a@2, a@3, …" in text


def test_an_accepted_defect_is_told_apart_and_not_as_a_failure():
    text = shown(
        failed("a@x", accepted="ticket 7 (until 2099-01-01)"), blocked("b@x", by="a@x"), passed("c@x")
    )
    assert "✗" not in text
    assert "  ~ a@x\n      accepted  ticket 7 (until 2099-01-01)\n" in text
    assert "PASSED  1 passed, 2 accepted" in text


def test_counts_stand_under_each_other_whatever_an_area_is_called():
    lines = shown(passed("界界.new@x"), passed("tcp.unreachable@x")).splitlines()
    columns = [cells(line[: line.index("1 passed")]) for line in lines if line.startswith("  ✓")]
    assert len(columns) == 2
    assert len(set(columns)) == 1


def test_what_an_accepted_defect_that_was_not_selected_blocks_is_told_as_accepted():
    follows = blocked("b@x", by="a@elsewhere").model_copy(update={"accepted": "ticket 7"})
    text = shown(follows, passed("c@x"))
    assert "  ~ b@x\n      accepted  ticket 7\n      because   a@elsewhere failed\n" in text
    assert "does not judge" not in text
    assert "exit 0" in text


def test_what_the_exit_code_would_be_under_enforce_is_said_where_it_differs():
    assert "(with --enforce: exit 2)" in shown(passed("a@x"), skipped("b@x", SkipKind.MISSING, "no psql"))
    assert "--enforce" not in shown(passed("a@x"), skipped("b@x", SkipKind.NOT_ALLOWED))


@pytest.mark.parametrize(
    ("run", "last"),
    [
        ({}, "NOTHING SELECTED  no results"),
        ({"interrupted": True, "complete": False}, "exit 2: interrupted"),
        ({"results": (skipped("a@-", SkipKind.NOT_DECLARED),)}, "exit 3: nothing was selected that"),
        ({"results": (skipped("a@x", SkipKind.MISSING),)}, "exit 2: nothing passed"),
        (
            {"results": (failed("a@x"),), "interrupted": True},
            "exit 1: a check failed, and the run was interrupted",
        ),
    ],
    ids=["nothing", "interrupted", "undeclared", "missing", "failed-and-interrupted"],
)
def test_the_last_lines_say_what_the_exit_code_means(run, last):
    assert last in shown(**run)


@pytest.mark.parametrize(
    ("finished", "told"),
    [
        ("2026-11-21T12:15:00.040+00:00", "0.0 s"),
        ("2026-11-21T12:17:05+00:00", "2 min 5 s"),
        (None, ""),
        ("x", ""),
    ],
)
def test_the_duration_is_told_where_it_is_known(finished, told):
    first = shown(passed("a@x"), finished=finished).splitlines()[0]
    assert first.endswith(told or "ab12cd")


def test_a_report_of_many_results_fits_what_people_read():
    assert len(render(many_failures(), width=80, colour=False, path=PATH).splitlines()) < 90


def test_a_note_may_have_lines_that_stand_below_its_first():
    lines = shown(passed("a@x"), notes=("drill x took 2.4 s\nfires   0.3 s\nresolved   0.6 s",)).splitlines()
    place = next(number for number, line in enumerate(lines) if "drill x" in line)
    assert [line.strip() for line in lines[place : place + 3]] == [
        "note       drill x took 2.4 s",
        "fires   0.3 s",
        "resolved   0.6 s",
    ]
    assert lines[place + 1].index("fires") == lines[place].index("drill")
