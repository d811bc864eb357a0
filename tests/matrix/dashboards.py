"""The detection matrix: dashboards."""

MATRIX: dict[str, set[str]] = {}
"""Fault → exactly the check@target that must fail."""
