"""The detection matrix: drill."""

MATRIX: dict[str, set[str]] = {}
"""Fault → exactly the check@target that must fail."""
