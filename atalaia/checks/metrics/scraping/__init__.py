"""Scraping: Prometheus scrapes all of the stack, and nothing else, and knows what is so."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.metrics.scraping import contradictions, differs, jobs, places, retention, stale, up

CHECKS: tuple[Check, ...] = (
    jobs.CHECKS
    + places.CHECKS
    + up.CHECKS
    + stale.CHECKS
    + contradictions.CHECKS
    + retention.CHECKS
    + differs.CHECKS
)
