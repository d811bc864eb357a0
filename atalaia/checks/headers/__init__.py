"""Security headers, compression and cookies, on good answers and on errors."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
