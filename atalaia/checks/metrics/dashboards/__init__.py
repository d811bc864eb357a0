"""Grafana: its data sources work, its dashboards are there and ask for metrics that exist."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.dashboards import panels, present, queries, sources

CHECKS: tuple[Check, ...] = sources.CHECKS + present.CHECKS + panels.CHECKS + queries.CHECKS
