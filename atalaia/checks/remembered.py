"""What is made of an environment once, for the checks."""

from __future__ import annotations

from atalaia.environment.remembered import per_environment

__all__ = ["per_environment"]
