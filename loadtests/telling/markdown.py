"""A load test as GitHub-flavoured Markdown, for the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.document import LoadRecord
from loadtests.telling.facts import CODES, about, counts
from loadtests.verdict import told
from loadtests.verdict.model import Holds, Outcome, Quantiles
from reports.markdown import code, prose

_MARKS = {Outcome.PASS: "✅", Outcome.FAIL: "❌", Outcome.INVALID: "❔"}
_HOLDS = {Holds.YES: "✅", Holds.NO: "❌", Holds.UNDECIDED: "❔"}
_ROUTES = 50


def render(record: LoadRecord) -> str:
    """The report. What is not ours stands in code spans, where nothing of it means anything."""
    blocks = (_heading(record), _judgements(record), _reasons(record), _times(record), _stack(record))
    return "\n\n".join("\n".join(lines) for lines in map(tuple, blocks) if lines) + "\n"


def _heading(record: LoadRecord) -> Iterator[str]:
    verdict = record.verdict
    name = code(record.configuration.scenario)
    yield f"## {_MARKS[verdict.outcome]} load test {name}: {verdict.outcome.value}"
    yield ""
    yield f"{prose(verdict.because, 1000)}. Exit {CODES[verdict.outcome].value}."
    yield ""
    yield f"- {', '.join(code(fact) for fact in about(record) if fact)}"
    yield f"- {', '.join(prose(fact) for fact in counts(record) if fact)}"
    if record.stand_ins:
        yield f"- **Stand-ins**, not the real thing: {', '.join(code(name, 60) for name in record.stand_ins)}"


def _judgements(record: LoadRecord) -> Iterator[str]:
    if not record.verdict.judgements:
        return
    yield "| | what | of | expected | observed |"
    yield "|---|---|---|---|---|"
    for one in record.verdict.judgements:
        cells = (one.what, code(one.where, 100), prose(one.expected), prose(one.observed))
        yield f"| {_HOLDS[one.holds]} | " + " | ".join(cells) + " |"


def _reasons(record: LoadRecord) -> Iterator[str]:
    for reason in record.verdict.reasons:
        observed, expected = prose(reason.observed), prose(reason.expected)
        remedy = f"; {prose(reason.remedy)}" if reason.remedy else ""
        yield f"- **{reason.flaw.value}**: {observed}; expected {expected}{remedy}"


def _times(record: LoadRecord) -> Iterator[str]:
    times = record.verdict.times
    if not times:
        return
    yield "| | requests | corrected p50 | p95 | p99 | service p50 | p95 | p99 | lag p99 |"
    yield "|---|" + "---:|" * 8
    for one in times[: _ROUTES + 1]:
        lag = told.seconds(one.lag.p99) if one.lag else ""
        cells = (f"{one.corrected.count:,}", *_figures(one.corrected), *_figures(one.service), lag)
        yield f"| {code(one.where, 100)} | " + " | ".join(cells) + " |"
    if len(times) > _ROUTES + 1:
        yield f"\n… and {len(times) - _ROUTES - 1} more routes; load.json has all of them."


def _figures(quantiles: Quantiles) -> tuple[str, str, str]:
    return told.seconds(quantiles.p50), told.seconds(quantiles.p95), told.seconds(quantiles.p99)


def _stack(record: LoadRecord) -> Iterator[str]:
    for one in record.verdict.times[:1]:
        if one.spent:
            yield f"- {prose(one.spent)}"
    server = record.server
    if server:
        if server.absent:
            yield f"- the stack's own side: {prose(server.absent)}"
        if server.shares:
            parts = ", ".join(f"{part.where} {told.seconds(part.seconds)}" for part in server.shares)
            yield f"- mean time at the stack: {prose(parts)}"
        yield from (f"- **{prose(finding)}**" for finding in server.findings)
    if record.comparison:
        yield f"- {prose(record.comparison.told)}"
