"""Grafana: its data sources work, its dashboards are there and ask for metrics that exist."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
