"""A run as a page of metrics, in the text format 0.0.4."""

from __future__ import annotations

from probes.model import Run
from probes.totals import Counters


def expose(run: Run, counters: Counters | None) -> str:
    """The page: of an invalid run only that it is.

    `run.results` are all probes of the vantage, those included that were not due and whose last result
    came from the state; `counters` is None where the state file cannot be used.
    """
    raise NotImplementedError
