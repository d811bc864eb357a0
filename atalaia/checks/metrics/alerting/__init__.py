"""The Alertmanager: connected, configured and routing as declared."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.alerting import configuration, connection, muted, receivers, routes

CHECKS: tuple[Check, ...] = (
    connection.CHECKS + receivers.CHECKS + routes.CHECKS + muted.CHECKS + configuration.CHECKS
)
