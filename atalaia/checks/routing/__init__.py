"""What the gateway routes where, and what it is configured to."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.routing import declaration, reached, unknown

CHECKS: tuple[Check, ...] = declaration.CHECKS + reached.CHECKS + unknown.CHECKS
