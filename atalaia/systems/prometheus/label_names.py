"""Which labels the series of some metrics have: asked of Prometheus one metric after the other, read only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import quote

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen

MOST = 400
"""Metrics that are asked for at most."""


class Labelled(Seen):
    """The labels of metrics, or why they are not known."""

    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Metric → names of labels; none of a metric that has no series."""
    failure: Failure | None = None
    """Set where not all could be asked for."""

    def known(self) -> dict[str, frozenset[str]]:
        """The metrics that have series, and their labels."""
        return {metric: frozenset(labels) for metric, labels in self.labels if labels}


class LabelNames(Observable):
    """GET /api/v1/labels for each of some metrics."""

    sees: ClassVar[type[Seen]] = Labelled

    url: Url
    """Prometheus."""
    metrics: tuple[str, ...] = ()
    of_rules: bool = False
    """Whether the metrics of the loaded rules are wanted too."""


def paths(metrics: Iterable[str]) -> dict[str, str]:
    """Metric → the path that tells its labels."""
    return {metric: f"/api/v1/labels?match[]={quote(metric, safe=':')}" for metric in metrics}
