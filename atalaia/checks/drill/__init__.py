"""The fire drill: an alert on purpose, followed on its whole way."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.drill import arriving, firing, muting, resolving, routing

CHECKS: tuple[Check, ...] = (
    *firing.CHECKS,
    *routing.CHECKS,
    *arriving.CHECKS,
    *muting.CHECKS,
    *resolving.CHECKS,
)
