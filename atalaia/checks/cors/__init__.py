"""Which origins may read answers, as browsers decide it."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.cors import answers, denials, errors, foreign, front, intent, lint, preflights
from atalaia.checks.origins import mutations

CHECKS: tuple[Check, ...] = (
    lint.CHECKS
    + intent.CHECKS
    + preflights.CHECKS
    + foreign.CHECKS
    + answers.CHECKS
    + errors.CHECKS
    + denials.CHECKS
    + front.CHECKS
)

__all__ = ["CHECKS", "mutations"]
