"""Run what is planned: each within its deadline, tried as often as it says, none held up by another."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from probes.model import Planned, ProbeResult

AT_ONCE = 400
"""Probes under way at most: each has a file open."""


async def run_all(
    planned: Iterable[Planned], network: Network, *, at_once: int = AT_ONCE, redactor: Redactor | None = None
) -> tuple[ProbeResult, ...]:
    """The results of these probes, in their order."""
    raise NotImplementedError


async def run_one(planned: Planned, network: Network, *, redactor: Redactor | None = None) -> ProbeResult:
    """The result of one probe: for who has a schedule of his own."""
    raise NotImplementedError


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Load what these will need, before the first deadline runs. Raises UsageError (authorities to trust)."""
    raise NotImplementedError
