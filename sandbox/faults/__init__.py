"""Faults: the named ways in which the sandbox breaks itself, so that every check is seen to fail."""
