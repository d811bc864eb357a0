"""Security headers, compression and cookies, on good answers and on errors."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.headers import (
    caching,
    compression,
    conflicts,
    cookies,
    errors,
    fingerprint,
    normal,
    own_errors,
    transport,
)

CHECKS: tuple[Check, ...] = (
    normal.CHECKS
    + conflicts.CHECKS
    + errors.CHECKS
    + own_errors.CHECKS
    + transport.CHECKS
    + fingerprint.CHECKS
    + cookies.CHECKS
    + caching.CHECKS
    + compression.CHECKS
)
