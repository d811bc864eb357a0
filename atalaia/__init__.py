"""Atalaia: synthetic probing and test suites for gateway stacks."""

__all__ = ["__version__"]
__version__ = "0.1.0"
