"""A run as JUnit XML: for pipelines that show tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from probes.model import ProbeResult, Run
from probes.outputs.files import put

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped."""


def write(path: Path, run: Run) -> None:
    """Write the run to a file. Raises DeliveryError."""
    put(path, document(run))


def document(run: Run) -> str:
    """A test a probe. Of a run that is not valid every test is an error: it says nothing about the stack."""
    results = [result for result in run.results if not result.planned.expects_failure]
    failures = sum(not result.success for result in results) if run.valid else 0
    errors = 0 if run.valid else len(results)
    moment = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    head = (
        f"name={_quoted(f'probes of {run.environment}')} tests={_quoted(len(results))}"
        f" failures={_quoted(failures)} errors={_quoted(errors)} skipped={_quoted(0)}"
        f" time={_quoted(_seconds(run.finished - run.started))}"
    )
    cases = "".join(_case(run, result) for result in results)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n'
        f"<testsuite {head} timestamp={_quoted(moment)}>\n"
        f"{cases}</testsuite>\n</testsuites>\n"
    )


def _case(run: Run, result: ProbeResult) -> str:
    planned = result.planned
    told = {"instance": planned.instance, "hop": planned.hop, "attempts": len(result.attempts)}
    properties = "".join(
        f"<property name={_quoted(name)} value={_quoted(value)}/>" for name, value in told.items()
    )
    head = (
        f"classname={_quoted(f'{run.environment}.{planned.kind}')} name={_quoted(planned.name)}"
        f" time={_quoted(_seconds(result.last.duration))}"
    )
    return f"<testcase {head}><properties>{properties}</properties>{_outcome(run, result)}</testcase>\n"


def _outcome(run: Run, result: ProbeResult) -> str:
    if not run.valid:
        words = "the negative control did not fail: no result of this run is believed"
        return f"<error type={_quoted('invalid')} message={_quoted(words)}/>"
    if result.success:
        return ""
    last = result.last
    reason = str(last.reason or "")
    message = f"{reason}: {last.detail}" if last.detail else reason
    if (guilty := run.guilty.get(result.planned.group)) is not None:
        message += f" (the hop that fails is the {guilty})"
    return f"<failure type={_quoted(reason)} message={_quoted(message)}>{escape(_clean(message))}</failure>"


def _seconds(seconds: float) -> str:
    return f"{max(seconds, 0.0):.6f}"


def _quoted(value: object) -> str:
    return quoteattr(_clean(str(value)))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
