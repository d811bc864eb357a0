"""Who may install packages here, and whether the user wants it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def how_to_become_root() -> list[str] | None:
    """The words to put before a command so that it runs as root; None where that is impossible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if _can_ask():
        return ["sudo"]
    silent = subprocess.run(
        ["sudo", "-n", "true"], check=False, capture_output=True, stdin=subprocess.DEVNULL
    )
    return ["sudo", "-n"] if silent.returncode == 0 else None


def agreed(question: str) -> bool:
    """Ask, unless CI is set or YES=1 says so already; without a terminal to ask at, it is a no."""
    if _is_set("CI") or _is_set("YES"):
        return True
    if not _can_ask():
        return False
    try:
        return input(f"{question} [Y/n] ").strip().lower() in ("", "y", "yes")
    except EOFError:
        return False


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")
