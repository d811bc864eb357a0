"""Security headers, compression and cookies, on good answers and on errors."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.headers import normal

CHECKS: tuple[Check, ...] = normal.CHECKS
