"""Which origins may read answers, as browsers decide it."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.cors import (
    answers,
    anyone,
    denials,
    errors,
    foreign,
    front,
    lint,
    narrower,
    preflights,
    wider,
    width,
)
from atalaia.checks.origins import mutations

CHECKS: tuple[Check, ...] = (
    lint.CHECKS
    + anyone.CHECKS
    + wider.CHECKS
    + narrower.CHECKS
    + preflights.CHECKS
    + foreign.CHECKS
    + width.CHECKS
    + answers.CHECKS
    + errors.CHECKS
    + denials.CHECKS
    + front.CHECKS
)

__all__ = ["CHECKS", "mutations"]
