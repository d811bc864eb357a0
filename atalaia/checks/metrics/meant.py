"""A configuration file that a monitoring system should run with, and findings about where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Finding
from atalaia.exchange.hop import Hop
from atalaia.systems.configuration.difference import Difference
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines


@dataclass(frozen=True)
class Meant:
    """A declared configuration."""

    configuration: Mapping[str, Any] | Unreadable
    shown: str
    """Path as it stands in findings."""
    lines: Lines

    def cause(self, difference: Difference) -> str:
        """file:line of what is meant, or of where it would stand."""
        return f"{self.shown}:{self.lines.of(difference.place)}"

    def findings(self, differences: Iterable[Difference]) -> list[Finding]:
        """What the file says, and what runs instead."""
        return [
            Finding(
                expected=f"{each.path}: {each.meant}",
                observed=each.running,
                hop=Hop.MONITORING.value,
                cause=self.cause(each),
            )
            for each in differences
        ]
