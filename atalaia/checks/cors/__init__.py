"""Which origins may read answers, as browsers decide it."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
