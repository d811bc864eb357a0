"""Pages of metrics: what every exporter writes is what Prometheus can read, and says what it should."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.exposition import (
    figures,
    form,
    leaks,
    names,
    owner,
    present,
    required,
    times,
)

CHECKS: tuple[Check, ...] = (
    *present.CHECKS,
    *owner.CHECKS,
    *form.CHECKS,
    *figures.CHECKS,
    *times.CHECKS,
    *required.CHECKS,
    *names.CHECKS,
    *leaks.CHECKS,
)
