"""The loop: what clients send is what services, Kong, HAProxy, Prometheus and Grafana count."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.loop import counted, told

CHECKS: tuple[Check, ...] = counted.CHECKS + told.CHECKS
