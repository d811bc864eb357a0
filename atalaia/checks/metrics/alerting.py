"""The Alertmanager: connected, configured and routing as declared."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
