"""Load tests on disk: written whole, read back, and those that may be compared with one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from atalaia.errors import UsageError
from atalaia.run.journal import prune
from atalaia.run.record import read_document
from atalaia.run.written import deliverable, replace
from loadtests.document import LoadRecord
from loadtests.history.comparison import LAST, Past
from loadtests.measured import Measured
from loadtests.verdict.model import Outcome, Told

KEPT_RUNS = 200
"""Runs that stay under OUT/load/runs: a week of nightly ones among many small ones."""
_DOCUMENT, _ACCEPTED = "load.json", "accepted"


def runs_in(out: Path) -> Path:
    """The directory of all load tests under an output directory."""
    return out / "load" / "runs"


def keep(record: LoadRecord, measured: Measured, out: Path) -> Path:
    """Write a run's documents and, as the latest, OUT/load.json; remove runs that are too old.

    Returns the path of its own load.json. Raises DeliveryError.
    """
    directory = runs_in(out) / record.run
    replace(directory / "measured.json", measured.model_dump_json() + "\n")
    replace(directory / "configuration.json", _json(record.configuration))
    # The last of a run's own files: a run that has it is whole.
    for path in (directory / _DOCUMENT, out / _DOCUMENT):
        replace(path, _json(record))
    prune(runs_in(out), keep=KEPT_RUNS, now=datetime.now(UTC), document=_DOCUMENT)
    return directory / _DOCUMENT


def read(path: Path) -> LoadRecord:
    """A run's load.json. Raises UsageError where it is missing, or not one of ours."""
    return read_document(path, LoadRecord, name="load", writer="`atalaia load run`")


@dataclass(frozen=True, slots=True)
class History:
    """Runs that there are, the latest first, and those that cannot be read."""

    records: tuple[LoadRecord, ...]
    unreadable: tuple[UsageError, ...]


def history(out: Path) -> History:
    """Every whole run under an output directory."""
    records, unreadable = [], []
    for path in sorted(runs_in(out).glob(f"*/{_DOCUMENT}")):
        try:
            records.append(read(path))
        except UsageError as error:
            unreadable.append(error)
    return History(
        tuple(sorted(records, key=lambda record: (record.started, record.run), reverse=True)),
        tuple(unreadable),
    )


def comparable(out: Path, known: History, *, digest: str, host: str, workers: int) -> tuple[Past, ...]:
    """Runs that one of this configuration may be compared with, the latest first: the same scenario and
    target (`LoadPlan.digest`), class of host and number of workers, and they passed.

    A run that failed is no measure of what is good: one that regressed would, night by night, become the
    baseline that hides it. A change that is meant is accepted by a user's word (`accept`): that run counts,
    and none before it.
    """
    found: list[Past] = []
    for record in known.records:
        alike = (record.configuration.digest, record.host, record.configuration.workers)
        p95 = record.requests.corrected.p95
        if alike != (digest, host, workers) or p95 is None or p95 == float("inf"):
            continue
        accepted = (runs_in(out) / record.run / _ACCEPTED).exists()
        if accepted or record.verdict.outcome is Outcome.PASS:
            found.append(Past(run=record.run, p95=p95, p50=record.requests.corrected.p50))
        if accepted or len(found) == LAST:
            break
    return tuple(found)


def accept(out: Path, run: str) -> LoadRecord:
    """From this run on, the baseline begins with it, also where it failed as a regression.

    Raises UsageError where there is no such run, or it is INVALID; DeliveryError where it cannot be noted.
    """
    directory = runs_in(out) / run
    if directory.parent != runs_in(out):
        raise UsageError("a run's name is no path", where=run)
    record = read(directory / _DOCUMENT)
    if record.verdict.outcome is Outcome.INVALID:
        raise UsageError("an INVALID run tells nothing to compare with", where=run)
    with deliverable(directory):
        replace(directory / _ACCEPTED, "")
    return record


def _json(document: Told) -> str:
    return json.dumps(document.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False) + "\n"
