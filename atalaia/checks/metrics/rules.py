"""Rules: loaded, healthy, about metrics that exist, and as declared."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
