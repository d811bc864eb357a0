"""Tokens: who is let in, and who refuses the others."""

from __future__ import annotations

from atalaia.checks.authentication import lifetime, plugin, reaching, refusals, refused, weak
from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = (
    plugin.CHECKS + weak.CHECKS + refused.CHECKS + reaching.CHECKS + refusals.CHECKS + lifetime.CHECKS
)
