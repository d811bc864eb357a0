"""Changing a configuration file by patterns, so that a fault follows the file as it grows."""

from __future__ import annotations

import re

Edit = tuple[str, str]
"""A regular expression (with ^ and $ at each line), and what to put in its place."""


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with every edit made. Raises ValueError for one that finds nothing to change."""
    for pattern, replacement in edits:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count == 0:
            raise ValueError(f"a fault finds nothing to change: {pattern}")
    return text
