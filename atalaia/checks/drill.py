"""The fire drill: an alert on purpose, followed on its whole way."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
