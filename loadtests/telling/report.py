"""A load test as text for a terminal: the verdict first, then why, then what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from atalaia.errors import ExitCode
from atalaia.run.verdict import Standing
from loadtests.document import LoadRecord
from loadtests.telling.facts import about, counts
from loadtests.telling.stack import shares, stack
from loadtests.telling.times import TITLE, table
from loadtests.verdict import told
from loadtests.verdict.model import ALL, Holds, Judgement, Outcome, Reason
from reports.screen import BOLD, DIM, Lead, Screen
from reports.visible import cells

_STANDING = {
    Outcome.PASS: Standing.PASSED,
    Outcome.FAIL: Standing.FAILED,
    Outcome.INVALID: Standing.INCONCLUSIVE,
}
_HOLDS = {
    Holds.YES: Standing.PASSED,
    Holds.NO: Standing.FAILED,
    Holds.UNDECIDED: Standing.INCONCLUSIVE,
}


def render(record: LoadRecord, screen: Screen, path: str, code: ExitCode) -> str:
    """The report, with a newline at its end; no line of ours is wider than the screen. `path` is where
    load.json is, as the reader would type it; `code` what the command exits with."""
    verdict, server = record.verdict, record.server
    sections = [
        _verdict(screen, record),
        _judgements(screen, verdict.judgements),
        _reasons(screen, verdict.reasons),
        _titled(screen, TITLE, table(screen, verdict.times)),
        _titled(screen, "who spent the time", _spent(screen, record)),
        _titled(screen, "the stack's own side", stack(screen, server) if server else ()),
        _titled(screen, "steps of the search", _steps(screen, record)),
        _titled(screen, "earlier runs", _earlier(screen, record)),
        _end(screen, code, path),
    ]
    return "\n\n".join("\n".join(lines) for lines in map(tuple, sections) if lines) + "\n"


def _verdict(screen: Screen, record: LoadRecord) -> Iterator[str]:
    outcome = record.verdict.outcome
    code = screen.code(_STANDING[outcome]).removeprefix("1;")
    yield from screen.hang(Lead(f"{outcome.value}  ", f"1;{code}"), screen.safe(record.verdict.because, 1000))
    indent = Lead(" " * (len(outcome.value) + 2))
    for facts in (about(record), counts(record)):
        yield from screen.hang(indent, screen.dot.join(screen.safe(fact) for fact in facts if fact), DIM)
    if record.stand_ins:
        names = ", ".join(screen.safe(name, 60) for name in record.stand_ins)
        yield from screen.hang(Lead(f"{indent.text}stand-ins  ", "33"), f"{names} (not the real thing)")


def _judgements(screen: Screen, judgements: Sequence[Judgement]) -> Iterator[str]:
    rows = [
        (one.what + ("" if one.where == ALL else f" of {screen.safe(one.where, 40)}"),
         screen.safe(one.expected, 60), screen.safe(one.observed, 200))
        for one in judgements
    ]  # fmt: skip
    first, second = (max((cells(row[column]) for row in rows), default=0) for column in (0, 1))
    side_by_side = 4 + first + 2 + second + 2 + 16 <= screen.width
    for judgement, (what, expected, observed) in zip(judgements, rows, strict=True):
        mark = screen.mark(_HOLDS[judgement.holds])
        if side_by_side:
            gaps = " " * (first - cells(what) + 2), " " * (second - cells(expected) + 2)
            lead = f"{mark.text}{what}{gaps[0]}{expected}{gaps[1]}"
            lines = screen.hang(Lead(lead), observed, "" if judgement.holds is Holds.YES else BOLD)
            yield next(lines).replace(mark.text, screen.paint(mark.text, mark.code), 1)
            yield from lines
        else:
            yield from screen.hang(mark, what)
            yield from screen.hang(Lead("      expected  ", DIM), expected)
            yield from screen.hang(Lead("      observed  ", DIM), observed, BOLD)
        if judgement.remedy and judgement.holds is not Holds.YES:
            yield from screen.hang(Lead("      remedy    ", DIM), screen.safe(judgement.remedy))


def _reasons(screen: Screen, reasons: Sequence[Reason]) -> Iterator[str]:
    for reason in reasons:
        yield from screen.hang(screen.mark(Standing.INCONCLUSIVE), reason.flaw.value, BOLD)
        yield from screen.hang(Lead("      expected  ", DIM), screen.safe(reason.expected))
        yield from screen.hang(Lead("      observed  ", DIM), screen.safe(reason.observed), BOLD)
        if reason.remedy:
            yield from screen.hang(Lead("      remedy    ", DIM), screen.safe(reason.remedy))


def _spent(screen: Screen, record: LoadRecord) -> Iterator[str]:
    times = record.verdict.times
    for one in times[:1]:
        if one.spent:
            yield from screen.hang(Lead("  "), screen.safe(one.spent))
    for one in times[1:]:
        if one.spent and one.party not in ("nobody", times[0].party):
            yield from screen.hang(Lead("  "), f"{screen.safe(one.where, 60)}: {screen.safe(one.spent)}")
    if record.server:
        yield from shares(screen, record.server)


def _steps(screen: Screen, record: LoadRecord) -> Iterator[str]:
    for step in record.steps:
        mark = screen.mark(_STANDING[step.outcome])
        told_rate = f"{told.rate(step.rate):>9}  "
        lines = screen.hang(Lead(mark.text + told_rate), screen.safe(step.because))
        yield next(lines).replace(mark.text, screen.paint(mark.text, mark.code), 1)
        yield from lines


def _earlier(screen: Screen, record: LoadRecord) -> Iterator[str]:
    if record.comparison:
        yield from screen.hang(Lead("  "), screen.safe(record.comparison.told))


def _titled(screen: Screen, title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = tuple(lines)
    if lines:
        yield screen.paint(title, BOLD)
        yield from lines


def _end(screen: Screen, code: ExitCode, path: str) -> Iterator[str]:
    yield from screen.hang(Lead("exit     ", DIM), f"{code.value}")
    if path:
        yield from screen.hang(Lead("results  ", DIM), screen.safe(path, 1000))
