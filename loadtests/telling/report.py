"""A load test as text for a terminal: the verdict first, then why, then what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from atalaia.run.verdict import Standing
from loadtests.server_side.model import HopSeen, ServerSide
from loadtests.telling.table import aligned
from loadtests.verdict import told
from loadtests.verdict.model import ALL, Holds, Judgement, Outcome, Quantiles, Reason, Times, Verdict
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
_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INVALID: 2}
_ROUTES = 30
"""Routes whose times are told; load.json has all."""


@dataclass(frozen=True)
class Story:
    """What is told of a run."""

    verdict: Verdict
    about: tuple[str, ...]
    """Scenario, environment, safety, run …"""
    counts: tuple[str, ...]
    """… and how much was sent."""
    stand_ins: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    server: ServerSide | None = None
    earlier: tuple[str, ...] = ()
    """The run beside earlier ones."""
    path: str = ""
    """Where load.json is, as the reader would type it."""


def render(story: Story, screen: Screen) -> str:
    """The report, with a newline at its end; no line of ours is wider than the screen."""
    verdict = story.verdict
    sections = [
        _verdict(screen, story),
        _judgements(screen, verdict.judgements),
        _reasons(screen, verdict.reasons),
        _titled(screen, _times_title(screen), _times(screen, verdict.times)),
        _titled(screen, "who spent the time", _spent(screen, story)),
        _titled(screen, "the stack's own side", _server(screen, story.server)),
        _titled(screen, "earlier runs", _texts(screen, story.earlier)),
        _end(screen, story),
    ]
    return "\n\n".join("\n".join(lines) for lines in map(tuple, sections) if lines) + "\n"


def _verdict(screen: Screen, story: Story) -> Iterator[str]:
    outcome = story.verdict.outcome
    code = screen.code(_STANDING[outcome]).removeprefix("1;")
    yield from screen.hang(Lead(f"{outcome.value}  ", f"1;{code}"), screen.safe(story.verdict.because, 1000))
    indent = Lead(" " * (len(outcome.value) + 2))
    for facts in (story.about, story.counts):
        yield from screen.hang(indent, screen.dot.join(screen.safe(fact) for fact in facts if fact), DIM)
    if story.stand_ins:
        names = ", ".join(screen.safe(name, 60) for name in story.stand_ins)
        yield from screen.hang(Lead("  stand-ins  ", "33"), f"{names} (not the real thing)")
    for note in story.notes:
        yield from screen.hang(Lead("  note       ", DIM), screen.safe(note))


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


def _times_title(screen: Screen) -> str:
    return "times in milliseconds: corrected from the intended start, service from the sending"


def _times(screen: Screen, times: Sequence[Times]) -> Iterator[str]:
    if not times:
        return
    shown = times[: _ROUTES + 1]
    longest = max(screen.width - 4 - 9 * 7 - 4, 16)
    rows = [("", "", "p50", "p95", "p99", "p50", "p95", "p99", "p50", "p95", "p99")]
    for one in shown:
        figures = (*_figures(one.corrected), *_figures(one.service), *_figures(one.lag))
        rows.append((screen.safe(one.where, longest), f"{one.corrected.count:,}", *figures))
    lines = list(aligned(rows, frozenset(range(1, 11)), gap=" "))
    yield from _headed(lines)
    if len(times) > len(shown):
        yield f"  {screen.more} and {len(times) - len(shown)} more routes"


def _headed(lines: list[str]) -> Iterator[str]:
    """With the kinds of times above their first percentile."""
    head = lines[0]
    kinds, column, above = ("corrected", "service", "lag"), -1, ""
    for kind in kinds:
        column = head.index("p50", column + 1)
        above += " " * (column - len(above)) + kind
    yield f"  {above}".rstrip()
    yield from (f"  {line}" for line in lines)


def _figures(quantiles: Quantiles | None) -> tuple[str, str, str]:
    if quantiles is None:
        return "", "", ""
    return _ms(quantiles.p50), _ms(quantiles.p95), _ms(quantiles.p99)


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds == float("inf"):
        return "never"
    value = seconds * 1000
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _spent(screen: Screen, story: Story) -> Iterator[str]:
    for one in story.verdict.times[:1]:
        if one.spent:
            yield from screen.hang(Lead("  "), screen.safe(one.spent))
    for one in story.verdict.times[1:]:
        if one.spent and one.party not in ("nobody", story.verdict.times[0].party):
            yield from screen.hang(Lead("  "), f"{screen.safe(one.where, 60)}: {screen.safe(one.spent)}")
    server = story.server
    if server and server.shares:
        whole = sum(part.seconds for part in server.shares)
        parts = ", ".join(f"{part.where} {told.seconds(part.seconds)}" for part in server.shares)
        yield from screen.hang(Lead("  "), f"of a mean of {told.seconds(whole)} at the stack: {parts}")


def _server(screen: Screen, server: ServerSide | None) -> Iterator[str]:
    if server is None:
        return
    if server.absent:
        yield from screen.hang(Lead("  "), screen.safe(server.absent))
        return
    for finding in server.findings:
        yield from screen.hang(Lead("  ! ", "33"), screen.safe(finding), BOLD)
    rows = [_hop(screen, hop, server) for hop in server.hops]
    for hop, line in zip(server.hops, aligned(rows), strict=True):
        yield f"  {line}" if not hop.absent else f"  {hop.name}: {screen.safe(hop.absent, screen.width - 20)}"
    for reading in _worth_telling(server):
        yield from screen.hang(Lead("  "), screen.safe(reading))
    for note in server.notes:
        yield from screen.hang(Lead("  note  ", DIM), screen.safe(note))


def _hop(screen: Screen, hop: HopSeen, server: ServerSide) -> tuple[str, str, str]:
    if hop.absent:
        return "", "", ""
    seen = "" if hop.requests is None else f"{hop.requests:,.0f} of {server.sent or 0:,} sent"
    times = [f"mean {told.seconds(hop.mean)}"] if hop.mean is not None else []
    if hop.p95 is not None:
        times.append(f"p95 at most {told.seconds(hop.p95)}")
    return hop.name + (f", {screen.safe(hop.of, 30)}" if hop.of else ""), seen, ", ".join(times)


def _worth_telling(server: ServerSide) -> Iterator[str]:
    """Of each kind of figure the highest one; load.json has all."""
    kinds: dict[str, list[str]] = {}
    highest: dict[tuple[str, str], float] = {}
    for reading in server.readings:
        highest[reading.what, reading.unit] = max(
            highest.get((reading.what, reading.unit), 0.0), reading.value
        )
    for reading in server.readings:
        if reading.value and reading.value == highest[reading.what, reading.unit]:
            limit = f" of {reading.limit:,.6g}" if reading.limit else ""
            kinds.setdefault(reading.of, []).append(
                f"{reading.what} {reading.value:,.4g}{reading.unit}{limit}"
            )
    yield from (f"{of}: {', '.join(figures)}" for of, figures in kinds.items())


def _texts(screen: Screen, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from screen.hang(Lead("  "), screen.safe(text))


def _titled(screen: Screen, title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = tuple(lines)
    if lines:
        yield screen.paint(title, BOLD)
        yield from lines


def _end(screen: Screen, story: Story) -> Iterator[str]:
    code = _CODES[story.verdict.outcome]
    yield from screen.hang(Lead("results  ", DIM), screen.safe(story.path, 1000))
    yield from screen.hang(Lead("exit     ", DIM), f"{code}")
