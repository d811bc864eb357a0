"""The terminal that reports are written for."""

from __future__ import annotations

import os
import shutil
import sys

from reports.screen import Screen, writes_unicode

_WIDEST = 120
"""Columns. Longer lines are hard to read."""


def screen() -> Screen:
    """Where stdout goes: colour on a terminal only, and not where NO_COLOR is set."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Screen(columns(), colour, writes_unicode(sys.stdout))


def columns() -> int:
    """How wide lines may be."""
    return min(shutil.get_terminal_size().columns, _WIDEST)
