"""The controller's record on disk: results as they arrive, findings.json at the end.

    OUT/findings.json              the latest finished run
    OUT/runs/ID/results.jsonl      a line a result, in the order in which they came
    OUT/runs/ID/findings.json      the whole run

The last `KEPT_RUNS` runs stay; older ones are removed when a run finishes. A run that was given a
name of its own (`--run-id`) stays until its user removes it.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from atalaia.run.results import RunRecord
from atalaia.run.written import deliverable, replace

KEPT_RUNS = 50
"""Runs that stay under OUT/runs."""

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_TIME = "%Y%m%dT%H%M%SZ"
_GIVEN_UP = timedelta(days=1)
"""After so long a run without its document is one that was killed, not one under way."""


def new_run_id(now: datetime | None = None) -> str:
    """A name for a run that sorts by time and is unique: `20261121T121500Z-ab12cd`."""
    return f"{(now or datetime.now(UTC)).astimezone(UTC).strftime(_TIME)}-{secrets.token_hex(3)}"


class Journal:
    """The files of one run. Raises DeliveryError where they cannot be written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with deliverable(directory):
            directory.mkdir(parents=True, exist_ok=True)

    def append(self, result: Mapping[str, Any]) -> None:
        """Keep a result (as plain data) as soon as it is known, so that a killed run leaves it."""
        path = self._directory / "results.jsonl"
        line = json.dumps(result, separators=(",", ":")) + "\n"
        # Opened for every line: a record of a run of seconds costs nothing, and nothing stays open.
        with deliverable(path), path.open("a", encoding="utf-8") as file:
            file.write(line)

    def finish(self, record: RunRecord, out: Path) -> None:
        """Write findings.json of the run and, as the latest, of `out`; remove runs that are too old.

        A reader sees the old document or the new one, never a part.
        """
        document = json.dumps(record.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False)
        for path in (self._directory / "findings.json", out / "findings.json"):
            replace(path, document + "\n")
        prune(out / "runs", keep=KEPT_RUNS, now=datetime.now(UTC))


def prune(runs: Path, *, keep: int, now: datetime, document: str = "findings.json") -> tuple[Path, ...]:
    """Remove all but the latest `keep` runs; what was removed. A run that is over has its `document`.

    Leaves alone what has a name that a user gave, and runs that may still be under way. Raises
    DeliveryError where a run cannot be removed.
    """
    if not runs.is_dir():
        return ()
    # Runs that finish at the same moment would remove the same ones.
    with deliverable(runs), FileLock(runs / ".lock"):
        ours = (path for path in runs.iterdir() if _RUN_ID.fullmatch(path.name) and not path.is_symlink())
        over = sorted(path for path in ours if _over(path, document, now))
        removed = over[: max(len(over) - keep, 0)]
        for path in removed:
            shutil.rmtree(path)
    return tuple(removed)


def _over(run: Path, document: str, now: datetime) -> bool:
    started = datetime.strptime(run.name.split("-")[0], _TIME).replace(tzinfo=UTC)
    return (run / document).exists() or now - started > _GIVEN_UP
