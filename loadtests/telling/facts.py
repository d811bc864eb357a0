"""Which run it was and how much was sent, in few words each."""

from __future__ import annotations

from atalaia.errors import ExitCode
from loadtests.document import LoadRecord
from loadtests.verdict import told
from loadtests.verdict.model import Outcome

CODES = {
    Outcome.PASS: ExitCode.OK,
    Outcome.FAIL: ExitCode.FAILED,
    Outcome.INVALID: ExitCode.NOT_MEASURED,
}
"""What the command exits with."""


def about(record: LoadRecord) -> tuple[str, ...]:
    """Scenario, environment, safety, run."""
    return record.configuration.scenario, record.environment, record.safety, f"run {record.run}"


def counts(record: LoadRecord) -> tuple[str, ...]:
    """How much, in how long, by how many, from where."""
    sent, lasted = record.requests, record.ended - record.began
    workers = len(record.workers)
    return (
        f"{told.some(sent.intended, 'request')} intended, {sent.sent:,} sent, {sent.good:,} good",
        f"{sent.dropped:,} dropped" if sent.dropped else "",
        f"{sent.timed_out:,} timed out" if sent.timed_out else "",
        f"{lasted:.0f} s measured",
        told.some(workers, "worker") if workers > 1 else "",
        f"{record.configuration.identities:,} addresses" if record.configuration.identities else "",
    )
