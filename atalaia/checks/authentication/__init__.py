"""Tokens: who is let in, and who refuses the others."""

from __future__ import annotations

from atalaia.checks.authentication import denied, lifetime, plugin
from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = plugin.CHECKS + denied.CHECKS + lifetime.CHECKS
