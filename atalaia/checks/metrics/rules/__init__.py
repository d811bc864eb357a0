"""Rules: loaded, healthy, about metrics that exist, and as declared."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.rules import alerts, evaluation, loaded, names

CHECKS: tuple[Check, ...] = evaluation.CHECKS + loaded.CHECKS + alerts.CHECKS + names.CHECKS
