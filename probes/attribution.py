"""The guilty hop: of probes that send the same request to different hops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atalaia.exchange.hop import Hop
from probes.model import ProbeResult


def attribute(results: Iterable[ProbeResult]) -> Mapping[str, Hop]:
    """Group → the innermost hop that fails, where any does."""
    raise NotImplementedError
