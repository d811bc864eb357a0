"""The detection matrix: alerting."""

MATRIX: dict[str, set[str]] = {}
"""Fault → exactly the check@target that must fail."""
