"""A line of JSON a result: for log collectors, and to be asked with jq."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from probes.model import ProbeResult, Run
from probes.outputs.files import deliverable


def append(path: Path, run: Run) -> None:
    """Append the run to a file, all its lines together, also where another run does the same.

    Raises DeliveryError; then none of its lines is in the file.
    """
    text = "".join(lines(run)).encode()
    with deliverable(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = os.fstat(descriptor).st_size
            try:
                _write(descriptor, text)
            except OSError:
                # Half a line would make the next one unreadable, too.
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)


def write(stream: TextIO, run: Run) -> None:
    """Write the run to a stream."""
    stream.writelines(lines(run))


def lines(run: Run) -> Iterator[str]:
    """The run's results, each with what it belongs to; the negative control's too."""
    for result in run.results:
        yield json.dumps(_document(run, result), ensure_ascii=False) + "\n"


def _document(run: Run, result: ProbeResult) -> dict[str, Any]:
    planned, last = result.planned, result.last
    document: dict[str, Any] = {
        "run": run.id,
        "environment": run.environment,
        "location": run.location,
        "shard": run.shard,
        "valid": run.valid,
        "probe": planned.name,
        "kind": planned.kind,
        "instance": planned.instance,
        "hop": planned.hop,
        "negative_control": planned.expects_failure,
        "started": last.started,
        "duration": round(last.duration, 9),
        "success": result.success,
        "first_try": result.first_try,
        "attempts": len(result.attempts),
        "reason": last.reason,
        "detail": last.detail,
        "phases": {name: round(seconds, 9) for name, seconds in last.phases.items()},
        "facts": dict(last.facts),
    }
    if guilty := run.guilty.get(planned.group):
        document["guilty_hop"] = guilty
    return document


def _write(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
