"""What the limiters of gateway and front allow: by intent, by file and live."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.rate_limits import (
    answers,
    denial,
    enforced,
    identity,
    intent,
    keys,
    monitoring,
    storeless,
)

CHECKS: tuple[Check, ...] = (
    intent.CHECKS
    + keys.CHECKS
    + enforced.CHECKS
    + answers.CHECKS
    + denial.CHECKS
    + identity.CHECKS
    + monitoring.CHECKS
    + storeless.CHECKS
)
