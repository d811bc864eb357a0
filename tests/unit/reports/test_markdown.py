"""The report for the summary of a CI job."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.checks.check import Finding
from atalaia.run.results import SkipKind
from reports.markdown import code, prose, render
from reports.visible import visible
from tests.support.example_runs import RUNS
from tests.support.records import blocked, failed, inconclusive, passed, record, skipped

GOLDEN = Path(__file__).parents[2] / "data" / "reports"
HOSTILE = st.text(alphabet="`\\ab <>|*_[](){}#@!&\n\r\x1b\u202e~-+.1:/w", max_size=40)


@pytest.mark.parametrize("name", ["all-green", "many-failures", "hostile"])
def test_a_run_reads_as_it_did(name):
    """ATALAIA_WRITE_GOLDEN=1 writes the files anew: read the difference."""
    golden = GOLDEN / f"{name}.md"
    text = render(RUNS[name]())
    if os.environ.get("ATALAIA_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@settings(deadline=None)
@given(text=HOSTILE)
def test_a_code_span_ends_where_it_should_and_not_before(text):
    span = code(text)
    fence = re.match("`+", span).group()
    inside = span[len(fence) : -len(fence)]
    # CommonMark: a span ends at the first run of backticks as long as the one that began it.
    assert [run for run in re.findall("`+", inside) if len(run) == len(fence)] == []
    assert not inside.startswith("`")
    assert not inside.endswith("`")
    assert span.endswith(fence)
    assert inside.strip() == visible(text, limit=400).strip()
    assert "\n" not in span


@settings(deadline=None)
@given(text=HOSTILE)
def test_prose_means_nothing_to_markdown(text):
    shown = prose(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]#|~]", re.sub(r"\\[`*_\[\]#|~\\]", "", shown))
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", shown)
    assert not re.match(r"[-+]|\d+[.)]", shown)
    assert not re.search(r"(?<!\\)://|www\.", shown)
    assert "\n" not in shown


@settings(deadline=None)
@given(text=HOSTILE, other=HOSTILE)
def test_what_a_server_said_never_begins_a_line_or_a_section(text, other):
    finding = Finding(expected=text, observed=text, hop=text, cause=text)
    run = record(
        failed(f"a@{other}", finding, reason=text, remedy="Look."),
        blocked("b@x", by=f"a@{other}"),
        inconclusive("c@x", other),
        notes=(text,),
        defects=(text,),
    )
    headings = [line.split(":")[0] for line in render(run).splitlines() if line.startswith("#")]
    assert headings == ["## 💥 atendeai", "### ❌ major", "### Inconclusive", "### Defects of Atalaia"]


def test_a_report_is_never_larger_than_a_job_summary_may_be():
    findings = [Finding(expected=f"{n}" * 400, observed="界" * 400) for n in range(5)]
    text = render(record(*(failed(f"a@{number}", *findings) for number in range(260))))
    assert 800_000 < len(text.encode()) < 1_000_000
    assert text.rstrip().endswith("more sections; findings.json has all of it.")


def test_every_kind_of_result_is_told():
    text = render(
        record(
            passed("p@x"),
            failed("a@x", accepted="ticket 7 (until 2099-01-01)"),
            blocked("b@x", by="elsewhere@x"),
            inconclusive("c@x", "nobody knows"),
            inconclusive("d@x", "nobody knows"),
            skipped("e@-", SkipKind.MISSING, "no psql"),
            stand_ins=("kong",),
            notes=("sent from 127.64.0.1",),
            interrupted=True,
        )
    )
    for told in (
        "### Blocked by what this run does not judge\n\n- `elsewhere@x` (`failed`) blocks 1: `b@x`",
        "- `c@x`: `nobody knows`; also 1: `d@x`",
        "- `a@x`: ticket 7 (until 2099-01-01)",
        "- 1 missing: no psql",
        "- **Stand-ins**, not the real thing: `kong`",
        "- sent from 127.64.0.1",
        "- **Interrupted:**",
    ):
        assert told in text


def test_the_lines_of_a_note_are_items_below_its_first():
    text = render(record(passed("p@x"), notes=("drill x took 2.4 s\nfires 0.3 s",)))
    assert "- drill x took 2.4 s\n  - fires 0.3 s\n" in text
