"""What the limiters of gateway and front allow: by intent, by file and live."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
