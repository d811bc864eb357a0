"""From where a stack is watched: what a run's results are grouped by in the Pushgateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.systems.pushgateway.groups import group_path
from probes.model import Run

JOB = "atalaia-probes"
"""The job of everything that is pushed."""


@dataclass(frozen=True, order=True)
class Vantage:
    """Who watches which part of what: one group in the Pushgateway, written whole at each run.

    What runs within it is a label of its series, never part of the key: so what is no longer probed
    vanishes with the next run, and a new process does not leave a group of its own behind.
    """

    environment: str
    location: str
    shard: str = "0/1"

    @classmethod
    def of(cls, run: Run) -> Vantage:
        """The one that a run belongs to."""
        return cls(run.environment, run.location, run.shard)

    @property
    def labels(self) -> Mapping[str, str]:
        """The grouping key."""
        return {
            "job": JOB, "environment": self.environment, "location": self.location, "shard": self.shard,
        }  # fmt: skip

    @property
    def path(self) -> str:
        """Its path in the Pushgateway's API."""
        return group_path(self.labels)
