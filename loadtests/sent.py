"""A load that was sent."""

from __future__ import annotations

from dataclasses import dataclass

from loadtests.measured import Measured
from loadtests.plan import LoadPlan
from loadtests.thresholds import Thresholds
from loadtests.verdict.model import Verdict


@dataclass(frozen=True)
class Sent:
    """A load that was sent, and judged by itself."""

    plan: LoadPlan
    thresholds: Thresholds
    measured: Measured
    answered: float
    """When the last answer was there; Unix time."""
    verdict: Verdict
