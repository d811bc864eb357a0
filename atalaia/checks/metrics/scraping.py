"""Scraping: Prometheus scrapes all of the stack, and nothing else, and knows what is so."""

from __future__ import annotations

from atalaia.checks.check import Check

CHECKS: tuple[Check, ...] = ()
