"""Tokens: who is let in, and who refuses the others."""

from __future__ import annotations

from atalaia.checks.authentication import denied, lifetime, plugin, refusals
from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = plugin.CHECKS + denied.CHECKS + refusals.CHECKS + lifetime.CHECKS
