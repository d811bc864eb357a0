"""A figure: a sum over series of one counter, as pages of metrics tell it, and as Prometheus does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atalaia.systems.prometheus.exposition.reader import read


@dataclass(frozen=True)
class Figure:
    """Which series are summed up."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    """Labels that they must have."""
    uncounted: tuple[str, ...] = ()
    """Values of their label `route` that are left out: what monitoring itself asks for."""

    def on(self, page: bytes) -> float:
        """What a page tells; 0 where it has none of the series, which some servers begin without."""
        # Only these lines are read: a load balancer's page has a thousand, and is read again and again.
        name = self.metric.encode()
        lines = b"".join(line for line in page.splitlines(keepends=True) if line.startswith(name))
        return sum(
            sample.value
            for sample in read(lines).samples
            if sample.name == self.metric
            and all(sample.label(name) == value for name, value in self.labels)
            and sample.label("route") not in self.uncounted
        )

    def selector(self, job: str) -> str:
        """The same series as Prometheus has them, of one job."""
        matchers = [("job", "=", job), *((name, "=", value) for name, value in self.labels)]
        matchers += [("route", "!=", value) for value in self.uncounted]
        return (
            f"{self.metric}{{{', '.join(f'{name}{sign}{_quoted(value)}' for name, sign, value in matchers)}}}"
        )


def expression(figures: Iterable[Figure], job: str) -> str:
    """PromQL for the sum of some figures."""
    return f"sum({' or '.join(figure.selector(job) for figure in figures)})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
