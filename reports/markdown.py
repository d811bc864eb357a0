"""A run as GitHub-flavoured Markdown, for the summary of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from atalaia.errors import ExitCode
from atalaia.run.results import Result, RunRecord
from atalaia.run.verdict import Standing
from reports.digest import VERDICT, Digest, Entry, digest, remedy_of, seconds
from reports.visible import visible

_SIZE = 900_000
"""Bytes; GitHub refuses a job summary of more than 1 MiB."""
_FINDINGS = 5
_NAMED = 3
_LINES = 20
"""Lines of one note."""
_LISTED = 50
"""Notes, defects, and lines of a list."""
_MARKS = {
    Standing.PASSED: "✅",
    Standing.FAILED: "❌",
    Standing.BLOCKED: "⛔",
    Standing.INCONCLUSIVE: "❔",
    Standing.ACCEPTED: "🟦",
    Standing.SKIPPED: "⚪",
}
_VERDICT_MARKS = {ExitCode.OK: "✅", ExitCode.FAILED: "❌", ExitCode.DEFECT: "💥"}


def render(record: RunRecord) -> str:
    """The report. What the stack said stands in code spans, where neither Markdown, HTML, a link nor a
    mention works; it is shortened, and so is a report that would be too long for a job summary.
    """
    parts = digest(record)
    blocks = [
        _heading(record, parts),
        _about(record),
        _areas(parts),
        *(_failure(entry) for entry in parts.failed),
        _listed("Blocked by what this run does not judge", _blocked(parts)),
        _listed("Inconclusive", _inconclusive(parts)),
        _listed("Accepted: known defects, not counted", _accepted(parts)),
        _listed("Skipped", _skipped(parts)),
        _listed("Defects of Atalaia: please report them", map(code, record.defects)),
    ]
    return "\n\n".join(_bounded("\n".join(lines) for lines in map(tuple, blocks) if lines)) + "\n"


def code(text: str, limit: int = 400) -> str:
    """Anybody's text as a code span of one line."""
    shown = visible(text, limit=limit)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # A span strips a space at either end; one that is only spaces or empty would not be a span.
    pad = " " if not shown.strip() or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown or ' '}{pad}{fence}"


def prose(text: str, limit: int = 600) -> str:
    """Text of ours as it stands: no character of it means anything to Markdown."""
    shown = visible(text, limit=limit)
    shown = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", shown)
    # At the beginning they would make a list, elsewhere a link.
    shown = re.sub(r"^(\d*)([-+.)])", r"\1\\\2", shown)
    shown = re.sub(r":(?=//)|(?<=www)\.", r"\\\g<0>", shown)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _heading(record: RunRecord, parts: Digest) -> Iterator[str]:
    mark = _VERDICT_MARKS.get(parts.code, "❔")
    yield f"## {mark} {prose(record.environment)}: {VERDICT[parts.code].lower()}"
    yield ""
    yield f"{_counts(parts.counts) or 'no results'}. Exit {parts.code.value}: {parts.meaning}."


def _about(record: RunRecord) -> Iterator[str]:
    taken = seconds(record)
    facts = [f"run {code(record.run)}", f"safety {code(record.safety)}" if record.safety else ""]
    facts.append(f"{taken:.1f} s" if taken is not None else "")
    yield "- " + ", ".join(fact for fact in facts if fact)
    if record.interrupted:
        yield "- **Interrupted:** what has no result yet is inconclusive"
    if record.stand_ins:
        names = ", ".join(code(name, 60) for name in record.stand_ins)
        yield f"- **Stand-ins**, not the real thing: {names}"
    yield from (f"- {line}" for line in _first(map(_note, record.notes)))


def _note(text: str) -> str:
    """A note; further lines of it are items below its first."""
    first, *others = text.split("\n")[:_LINES]
    return "\n".join((prose(first), *(f"  - {prose(line)}" for line in others)))


def _areas(parts: Digest) -> Iterator[str]:
    used = [standing for standing in Standing if standing in parts.counts]
    if not used:
        return
    yield "| | System | " + " | ".join(standing.value for standing in used) + " |"
    yield "|---|---|" + "---:|" * len(used)
    for area in parts.areas:
        cells = [str(area.counts.get(standing) or "") for standing in used]
        yield f"| {_MARKS[area.worst]} | {prose(area.title, 40)} | " + " | ".join(cells) + " |"


def _failure(entry: Entry) -> Iterator[str]:
    result = entry.result
    yield f"### {_MARKS[Standing.FAILED]} {result.severity.value}: {code(result.identity, 300)}"
    yield ""
    expected = None
    for finding in result.findings[:_FINDINGS]:
        if finding.expected != expected:
            yield f"- expected: {code(finding.expected)}"
        expected = finding.expected
        hop = f" at {code(finding.hop)}" if finding.hop else ""
        cause = f", caused by {code(finding.cause)}" if finding.cause else ""
        yield f"- **observed:** {code(finding.observed)}{hop}{cause}"
    if len(result.findings) > _FINDINGS:
        yield f"- … and {len(result.findings) - _FINDINGS} more findings"
    if result.reason:
        yield f"- because: {code(result.reason)}"
    if result.remedy:
        yield f"- remedy: {prose(result.remedy)}"
    yield from _blocks(entry, "- ")


def _blocks(entry: Entry, lead: str) -> Iterator[str]:
    if entry.blocks:
        yield f"{lead}blocks {len(entry.blocks)}: {_names(entry.blocks)}"


def _names(results: tuple[Result, ...]) -> str:
    named = [code(result.identity, 120) for result in results[:_NAMED]]
    return ", ".join(named + ["…"] * (len(results) > _NAMED))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = tuple(lines)
    if lines:
        yield f"### {title}"
        yield ""
        yield from (f"- {line}" for line in _first(lines))


def _blocked(parts: Digest) -> Iterator[str]:
    for root, results in parts.blocked:
        why = results[0].reason.removeprefix(root).strip()
        because = f" ({code(why)})" if why else ""
        remedy = remedy_of(root, results[0].reason)
        told = f"; remedy: {prose(remedy)}" if remedy else ""
        yield f"{code(root, 300)}{because} blocks {len(results)}: {_names(results)}{told}"


def _inconclusive(parts: Digest) -> Iterator[str]:
    for entry in parts.inconclusive:
        also = f"; also {len(entry.alike)}: {_names(entry.alike)}" if entry.alike else ""
        blocks = "".join(_blocks(entry, "; "))
        yield f"{code(entry.result.identity, 300)}: {code(entry.result.reason)}{also}{blocks}"


def _accepted(parts: Digest) -> Iterator[str]:
    for entry in parts.accepted:
        blocks = "".join(_blocks(entry, "; "))
        yield f"{code(entry.result.identity, 300)}: {prose(entry.result.accepted or '')}{blocks}"


def _skipped(parts: Digest) -> Iterator[str]:
    for skipped in parts.skipped:
        reasons = [prose(reason, 120) for reason in skipped.reasons[:_NAMED] if reason]
        told = "; ".join(reasons + ["…"] * (len(skipped.reasons) > _NAMED))
        yield f"{skipped.count} {skipped.kind.value}" + (f": {told}" if told else "")


def _counts(counts: Mapping[Standing, int]) -> str:
    return ", ".join(f"{count} {standing.value}" for standing, count in counts.items())


def _first(lines: Iterable[str]) -> Iterator[str]:
    lines = tuple(lines)
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"… and {len(lines) - _LISTED} more"


def _bounded(blocks: Iterable[str]) -> Iterator[str]:
    size = 0
    blocks = tuple(blocks)
    for position, block in enumerate(blocks):
        size += len(block.encode()) + 2
        if size > _SIZE:
            yield f"… and {len(blocks) - position} more sections; findings.json has all of it."
            return
        yield block
