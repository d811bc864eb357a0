"""Labels of series, written once for many lines."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.systems.prometheus.written import written
from probes.model import Planned, Run


@dataclass(frozen=True, slots=True)
class Labels:
    """The text between the braces: `probe="auth-service",kind="http"`."""

    text: str

    def also(self, **more: str) -> Labels:
        """With further labels."""
        return Labels(f"{self.text},{written(more)}")

    def __str__(self) -> str:
        return self.text


def of_run(run: Run) -> Labels:
    """Those of everything that a run writes."""
    told = {"environment": run.environment, "location": run.location, "shard": run.shard}
    return Labels(written(told))


def of_probe(run: Run, planned: Planned) -> Labels:
    """Those of everything that is about a probe."""
    return of_run(run).also(
        probe=planned.name, kind=planned.kind, instance=planned.instance, hop=planned.hop
    )  # fmt: skip
