"""What the gateway routes where, and what it is configured to."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
