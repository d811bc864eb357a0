"""What the gateway routes where, and what it is configured to."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.routing import choosing, declaration, entries, methods, reached, rewriting, unknown

CHECKS: tuple[Check, ...] = (
    declaration.CHECKS
    + entries.CHECKS
    + rewriting.CHECKS
    + reached.CHECKS
    + unknown.CHECKS
    + choosing.CHECKS
    + methods.CHECKS
)
