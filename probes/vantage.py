"""From where a stack is watched: what a run's results are grouped by in the Pushgateway."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from probes.model import Run

JOB = "atalaia-probes"
"""The job of everything that is pushed."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")


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


def group_path(labels: Mapping[str, str]) -> str:
    """The path of a group: `/metrics/job/…`, the job first.

    A value that would not survive as a part of a path (a shard's `0/1`, an empty one, `..`) goes in base64:
    github.com/prometheus/pushgateway, "URL".
    """
    pairs = sorted(labels.items(), key=lambda pair: pair[0] != "job")
    return "/metrics" + "".join(f"/{name}{_value(value)}" for name, value in pairs)


def _value(value: str) -> str:
    if _PLAIN.match(value):
        return f"/{value}"
    # An empty value is one padding sign: an empty part of a path would be lost.
    return f"@base64/{urlsafe_b64encode(value.encode()).decode().rstrip('=') or '='}"
