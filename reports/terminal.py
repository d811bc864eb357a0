"""A run as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from atalaia.checks.check import Finding, Severity
from atalaia.errors import ExitCode
from atalaia.run.results import Result, RunRecord
from atalaia.run.verdict import Standing
from reports.digest import VERDICT, Digest, Entry, digest, remedy_of, seconds
from reports.screen import BOLD, DEFECT, DIM, Lead, Screen
from reports.visible import cells

_FINDINGS = 5
"""Findings of one result that are told in full; findings.json has all."""
_NAMED = 3
"""Results that are named where only their number matters."""
_TEXTS = 12
"""Notes and defects that are told."""
_LINES = 20
"""Lines of one note."""

_SEVERITY_CODE = {Severity.CRITICAL: "1;31", Severity.MAJOR: "31", Severity.MINOR: "33"}
_VERDICT_STANDING = {
    ExitCode.OK: Standing.PASSED,
    ExitCode.FAILED: Standing.FAILED,
    ExitCode.DEFECT: Standing.FAILED,
}


def render(record: RunRecord, *, width: int, colour: bool, path: str, unicode: bool = True) -> str:
    """The report, with a newline at its end.

    No line is wider than `width` columns (at least 40). `path` is where findings.json is, as the
    reader would type it. Colour only with `colour`; ASCII only unless `unicode`. Whatever the stack
    said is shortened, and its control characters are shown as escapes.
    """
    screen = Screen(width, colour, unicode)
    parts = digest(record)
    sections = [
        _header(screen, record),
        _areas(screen, parts),
        *(
            _failure(screen, entry, _told_before(parts.failed, index))
            for index, entry in enumerate(parts.failed)
        ),
        _titled(screen, "blocked by what this run does not judge", _blocked(screen, parts)),
        _titled(screen, "inconclusive", _inconclusive(screen, parts)),
        _titled(screen, "accepted: known defects, not counted", _accepted(screen, parts)),
        _titled(screen, "skipped", _skipped(screen, parts)),
        _titled(screen, "defects of Atalaia: please report them", _defects(screen, record)),
        _verdict(screen, parts, path),
    ]
    return "\n\n".join("\n".join(lines) for lines in map(tuple, sections) if lines) + "\n"


def _header(screen: Screen, record: RunRecord) -> Iterator[str]:
    facts = [record.environment, record.safety, f"run {record.run}"]
    taken = seconds(record)
    if taken is not None:
        facts.append(_duration(taken))
    line = screen.dot.join(screen.safe(fact) for fact in facts if fact)
    yield from screen.hang(Lead("atalaia  ", BOLD), line)
    if record.interrupted:
        yield from _about(screen, "ended", "before its time: what has no result yet is inconclusive", "33")
    if record.stand_ins:
        names = ", ".join(screen.safe(name, 60) for name in record.stand_ins)
        yield from _about(screen, "stand-ins", f"{names} (not the real thing)", "33")
    for note in record.notes[:_TEXTS]:
        for number, text in enumerate(note.split("\n")[:_LINES]):
            yield from _about(screen, "" if number else "note", screen.safe(text), DIM)
    yield from (_about(screen, "note", _further(screen, record.notes), DIM) if record.notes[_TEXTS:] else ())


def _about(screen: Screen, label: str, safe: str, code: str) -> Iterator[str]:
    yield from screen.hang(Lead(f"  {label:<9}  ", code), safe)


def _duration(taken: float) -> str:
    if taken < 60:
        return f"{taken:.1f} s"
    minutes, rest = divmod(round(taken), 60)
    return f"{minutes} min {rest} s"


def _areas(screen: Screen, parts: Digest) -> Iterator[str]:
    titles = {area.title: screen.safe(area.title, 20) for area in parts.areas}
    column = max(map(cells, titles.values()), default=0)
    digits = len(str(max((max(area.counts.values()) for area in parts.areas), default=0)))
    used = [standing for standing in Standing if any(standing in area.counts for area in parts.areas)]
    aligned = 4 + column + sum(digits + 3 + len(standing.value) for standing in used) <= screen.width
    for area in parts.areas:
        title = titles[area.title]
        if aligned:
            padding = " " * (column - cells(title))
            told = "  ".join(_count(screen, area.counts.get(each, 0), each, digits) for each in used)
            lead = screen.mark(area.worst)
            yield f"{screen.paint(lead.text, lead.code)}{title}{padding}  {told}".rstrip(" ")
        else:
            yield from screen.hang(screen.mark(area.worst), f"{title}: {_counts(area.counts)}")


def _count(screen: Screen, count: int, standing: Standing, digits: int) -> str:
    text = f"{count:>{digits}} {standing.value}"
    if not count:
        return " " * len(text)
    return (
        text if standing in (Standing.PASSED, Standing.SKIPPED) else screen.paint(text, screen.code(standing))
    )


def _counts(counts: Mapping[Standing, int]) -> str:
    return ", ".join(f"{count} {standing.value}" for standing, count in counts.items())


def _told_before(entries: tuple[Entry, ...], index: int) -> bool:
    """Whether the failure just before has the same remedy, so that it needs no second telling."""
    if index == 0:
        return False
    before, this = entries[index - 1].result, entries[index].result
    return (before.check, before.remedy) == (this.check, this.remedy)


def _failure(screen: Screen, entry: Entry, told_before: bool) -> Iterator[str]:
    result = entry.result
    mark = screen.mark(Standing.FAILED)
    severity = screen.paint(result.severity.value, _SEVERITY_CODE[result.severity])
    name = screen.hang(Lead(f"{mark.text}{result.severity.value}  "), screen.safe(result.identity, 300), BOLD)
    first = next(name)
    plain = f"{mark.text}{result.severity.value}"
    yield screen.paint(mark.text, mark.code) + severity + first[len(plain) :]
    yield from name
    yield from _findings(screen, result.findings)
    yield from _field(screen, "because", result.reason)
    if result.remedy:
        yield from _field(screen, "remedy", "as above" if told_before else result.remedy)
    yield from _blocks(screen, entry)


def _findings(screen: Screen, findings: tuple[Finding, ...]) -> Iterator[str]:
    """What several findings share is told once: what is expected before them, their hop after them."""
    told = findings[:_FINDINGS]
    for before, finding, after in zip((None, *told), told, (*told[1:], None), strict=False):
        if before is None or before.expected != finding.expected:
            yield from _field(screen, "expected", finding.expected)
        yield from _field(screen, "observed", finding.observed, BOLD)
        if after is None or (after.expected, after.hop) != (finding.expected, finding.hop):
            yield from _field(screen, "hop", finding.hop)
        yield from _field(screen, "cause", finding.cause)
    if len(findings) > _FINDINGS:
        yield from _field(screen, "", f"{screen.more} and {len(findings) - _FINDINGS} more findings")


def _field(screen: Screen, label: str, text: str, code: str = "") -> Iterator[str]:
    if text:
        yield from screen.hang(Lead(f"      {label:<8}  ", DIM), screen.safe(text), code)


def _blocks(screen: Screen, entry: Entry) -> Iterator[str]:
    if entry.blocks:
        yield from _field_of(screen, "blocks", f"{len(entry.blocks)}: {_names(screen, entry.blocks)}")


def _field_of(screen: Screen, label: str, safe: str) -> Iterator[str]:
    yield from screen.hang(Lead(f"      {label:<8}  ", DIM), safe)


def _names(screen: Screen, results: tuple[Result, ...]) -> str:
    named = [screen.safe(result.identity, 120) for result in results[:_NAMED]]
    return ", ".join(named + [screen.more] * (len(results) > _NAMED))


def _titled(screen: Screen, title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = tuple(lines)
    if lines:
        yield screen.paint(title, BOLD)
        yield from lines


def _blocked(screen: Screen, parts: Digest) -> Iterator[str]:
    for root, results in parts.blocked:
        yield from screen.hang(screen.mark(Standing.BLOCKED), screen.safe(root, 300))
        yield from _field(screen, "because", results[0].reason.removeprefix(root).strip())
        yield from _field(screen, "remedy", remedy_of(root, results[0].reason))
        yield from _field_of(screen, "blocks", f"{len(results)}: {_names(screen, results)}")


def _inconclusive(screen: Screen, parts: Digest) -> Iterator[str]:
    for entry in parts.inconclusive:
        yield from screen.hang(screen.mark(Standing.INCONCLUSIVE), screen.safe(entry.result.identity, 300))
        yield from _field(screen, "because", entry.result.reason)
        if entry.alike:
            yield from _field_of(screen, "also", f"{len(entry.alike)}: {_names(screen, entry.alike)}")
        yield from _blocks(screen, entry)


def _accepted(screen: Screen, parts: Digest) -> Iterator[str]:
    for entry in parts.accepted:
        yield from screen.hang(screen.mark(Standing.ACCEPTED), screen.safe(entry.result.identity, 300))
        yield from _field(screen, "accepted", entry.result.accepted or "")
        yield from _field(screen, "because", entry.result.reason)
        for finding in entry.result.findings[:1]:
            yield from _field(screen, "observed", finding.observed)
        yield from _blocks(screen, entry)


def _skipped(screen: Screen, parts: Digest) -> Iterator[str]:
    for skipped in parts.skipped:
        reasons = [screen.safe(reason, 120) for reason in skipped.reasons[:_NAMED] if reason]
        told = "; ".join(reasons + [screen.more] * (len(skipped.reasons) > _NAMED))
        lead = screen.mark(Standing.SKIPPED)
        yield from screen.hang(lead, f"{skipped.count} {skipped.kind.value}" + (f": {told}" if told else ""))


def _bounded(screen: Screen, texts: tuple[str, ...]) -> Iterator[str]:
    """The first of some texts, safe to show, and how many more there are."""
    yield from (screen.safe(text) for text in texts[:_TEXTS])
    if len(texts) > _TEXTS:
        yield _further(screen, texts)


def _further(screen: Screen, texts: tuple[str, ...]) -> str:
    return f"{screen.more} and {len(texts) - _TEXTS} more"


def _defects(screen: Screen, record: RunRecord) -> Iterator[str]:
    for defect in _bounded(screen, record.defects):
        yield from screen.hang(Lead("  ! ", DEFECT), defect)


def _verdict(screen: Screen, parts: Digest, path: str) -> Iterator[str]:
    standing = _VERDICT_STANDING.get(parts.code, Standing.INCONCLUSIVE)
    lead = Lead(f"{VERDICT[parts.code]}  ", "1;" + screen.code(standing).removeprefix("1;"))
    yield from screen.hang(lead, _counts(parts.counts) or "no results")
    meaning = f"exit {parts.code.value}: {parts.meaning}"
    if parts.enforced is not parts.code:
        meaning += f" (with --enforce: exit {parts.enforced.value})"
    yield from screen.hang(Lead(" " * len(lead.text)), meaning)
    if path:
        yield from screen.hang(Lead("findings  ", DIM), screen.safe(path, 1000))
