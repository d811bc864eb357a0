"""One setting in which what runs is not what is meant."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.systems.lines import Path


@dataclass(frozen=True)
class Difference:
    """Told without anything that may not be shown."""

    path: str
    """`scrape_configs[auth-service].scrape_interval`."""
    meant: str
    running: str
    place: Path
    """Where it stands in the file that is meant, or should."""

    def __str__(self) -> str:
        return f"{self.path}: {self.running}, meant: {self.meant}"
