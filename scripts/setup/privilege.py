"""Who may install packages here, and whether the user wants it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


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


def run_to_its_end(command: list[str], directory: Path) -> int:
    """Run a command that must not be cut off: a signal is handed on, and its own end is waited for."""
    running = subprocess.Popen(command, cwd=directory)

    def hand_on(number: int, _: object) -> None:
        try:
            running.send_signal(number)
        except PermissionError:  # root's process; at a terminal it got the signal by itself
            return

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, hand_on) for number in numbers}
    try:
        return running.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")
