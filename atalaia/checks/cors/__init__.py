"""Which origins may read answers, as browsers decide it."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.origins import mutations

CHECKS: tuple[Check, ...] = ()

__all__ = ["CHECKS", "mutations"]
