"""Pages of metrics: what every exporter writes is what Prometheus can read, and says what it should."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
