"""How long whoever computes what it answers is waited for."""

from __future__ import annotations

PATIENCE = 15.0
"""Seconds for an answer of Prometheus, the Alertmanager or Grafana, where the environment's deadline is less:
that says how fast a stack must serve, not how fast its monitoring must compute on a machine that is busy."""
