"""A run in the order in which people read it: what to act on first, one root cause once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from atalaia.checks.check import Severity
from atalaia.errors import ExitCode
from atalaia.run.results import Result, RunRecord, SkipKind
from atalaia.run.verdict import Standing, exit_code, standings, tally
from reports.areas import by_area

_COUNTED = (
    Standing.FAILED,
    Standing.BLOCKED,
    Standing.INCONCLUSIVE,
    Standing.PASSED,
    Standing.ACCEPTED,
    Standing.SKIPPED,
)
"""The order of counts: what counts against the run, then what does not."""
_ORDER = {severity: rank for rank, severity in enumerate(Severity)}

VERDICT = {
    ExitCode.OK: "PASSED",
    ExitCode.FAILED: "FAILED",
    ExitCode.NOT_MEASURED: "NOT MEASURED",
    ExitCode.USAGE: "NOTHING SELECTED",
    ExitCode.DEFECT: "DEFECT",
}
"""The word for it."""


@dataclass(frozen=True)
class Entry:
    """A result that has something to say, and the results that it blocks."""

    result: Result
    blocks: tuple[Result, ...] = ()
    alike: tuple[Result, ...] = ()
    """Further results that are inconclusive for the very same reason."""


@dataclass(frozen=True)
class Area:
    """A system, and how many of its results stand how."""

    title: str
    counts: Mapping[Standing, int]

    @property
    def worst(self) -> Standing:
        """The standing that the reader should look at."""
        first = next(iter(self.counts))
        return Standing.ACCEPTED if first is Standing.PASSED and Standing.ACCEPTED in self.counts else first


@dataclass(frozen=True)
class Skipped:
    """Results skipped for one kind of reason."""

    kind: SkipKind
    count: int
    reasons: tuple[str, ...]
    """Each once, in the order of the run."""


@dataclass(frozen=True)
class Digest:
    """The parts of a report."""

    areas: tuple[Area, ...]
    counts: Mapping[Standing, int]
    """Of the whole run, what counts against it first."""
    failed: tuple[Entry, ...]
    inconclusive: tuple[Entry, ...]
    accepted: tuple[Entry, ...]
    blocked: tuple[tuple[str, tuple[Result, ...]], ...]
    """Root cause → what it blocks, where the root itself is told nowhere: not selected, or skipped."""
    skipped: tuple[Skipped, ...]
    code: ExitCode
    meaning: str
    """What the exit code says of this run."""
    enforced: ExitCode
    """The exit code under --enforce."""


def digest(record: RunRecord) -> Digest:
    """The parts of a report of a run."""
    standing = standings(record.results)
    known = {result.identity for result in record.results}
    blocked: dict[str, list[Result]] = defaultdict(list)
    for result in record.results:
        if result.blocked_by:
            blocked[result.blocked_by].append(result)

    def entries(of: Standing) -> list[Entry]:
        mine = [
            result
            for result in record.results
            if standing[result.identity] is of
            # What is blocked is told with its root; if that is accepted and was not selected, by itself.
            and (not result.blocked_by or (of is Standing.ACCEPTED and result.blocked_by not in known))
        ]
        told = [Entry(result, tuple(blocked[result.identity])) for result in mine]
        # sorted() is stable: among equals the run's own order stays.
        return sorted(told, key=lambda entry: (_ORDER[entry.result.severity], -len(entry.blocks)))

    failed, unsure, accepted = map(entries, (Standing.FAILED, Standing.INCONCLUSIVE, Standing.ACCEPTED))
    told = {entry.result.identity for entry in (*failed, *unsure, *accepted)}
    code = exit_code(record)
    return Digest(
        areas=tuple(
            Area(title, _counted(standing[each.identity] for each in members))
            for title, members in by_area(record.results).items()
        ),
        counts=_counted(standing.values()),
        failed=tuple(failed),
        inconclusive=_joined(unsure),
        accepted=tuple(accepted),
        blocked=tuple(
            (root, tuple(results))
            for root, results in blocked.items()
            if root not in told and any(standing[each.identity] is Standing.BLOCKED for each in results)
        ),
        skipped=tuple(_skips(record.results)),
        code=code,
        meaning=_meaning(record, code),
        enforced=exit_code(record, enforce=True),
    )


def remedy_of(root: str, reason: str) -> str:
    """What to do about a root that has no result of its own in this run; nothing where it did not fail."""
    if not reason.startswith(f"{root} failed"):
        return ""
    # Here, because a report of a run that had all its roots needs no check.
    from atalaia.checks.catalogue import by_id

    try:
        return by_id(root.partition("@")[0]).remedy
    except KeyError:
        return ""  # of a run of another version


def seconds(record: RunRecord) -> float | None:
    """How long the run took; None where its document does not say."""
    try:
        started = datetime.fromisoformat(record.started)
        return (datetime.fromisoformat(record.finished or "") - started).total_seconds()
    except (ValueError, TypeError):
        return None


def _counted(standings: Iterable[Standing]) -> dict[Standing, int]:
    found = Counter(standings)
    return {standing: found[standing] for standing in _COUNTED if found[standing]}


def _meaning(record: RunRecord, code: ExitCode) -> str:
    counts = tally(record.results)
    if code is ExitCode.DEFECT:
        return "a defect of Atalaia, so that the results cannot be relied upon"
    if code is ExitCode.FAILED:
        return "a check failed" + (", and the run was interrupted" if record.interrupted else "")
    if code is ExitCode.USAGE:
        return "nothing was selected" + (" that the environment declares and allows" if counts else "")
    if code is ExitCode.OK:
        return "all that was measured holds" + (
            ", accepted defects apart" if Standing.ACCEPTED in counts else ""
        )
    if record.interrupted:
        return "interrupted"
    if Standing.BLOCKED in counts or Standing.INCONCLUSIVE in counts or not record.complete:
        return "could not be measured"
    return "nothing passed"


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    by_reason: dict[str, Entry] = {}
    for entry in entries:
        first = by_reason.get(entry.result.reason)
        by_reason[entry.result.reason] = (
            Entry(first.result, first.blocks + entry.blocks, (*first.alike, entry.result)) if first else entry
        )
    return tuple(by_reason.values())


def _skips(results: Iterable[Result]) -> Iterable[Skipped]:
    results = tuple(results)
    for kind in SkipKind:
        of_kind = [result for result in results if result.skip is kind]
        if of_kind:
            yield Skipped(kind, len(of_kind), tuple(dict.fromkeys(result.reason for result in of_kind)))
