"""The virtual environment .venv: made once, renewed when what it was made from changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time

from scripts.children import ROOT

VENV = ROOT / ".venv"
_STAMP = VENV / "atalaia.stamp"
_CONSTRAINTS = ROOT / "constraints.txt"
_BUILD = ("hatchling", "editables")
_LAST_LINES = 25


def ready() -> bool:
    """Whether .venv was made from these very files, by this Python, at this place."""
    try:
        return _STAMP.read_text() == _fingerprint() and os.access(VENV / "bin" / "python", os.X_OK)
    except OSError:
        return False


def make() -> bool:
    """Make or renew .venv. False when pip failed; its last lines are shown."""
    started = time.monotonic()
    print("setup: installing Python packages into .venv …", flush=True)
    usable = _run(str(VENV / "bin" / "python"), "-m", "pip", "--version", quiet=True)
    done = (
        (usable or _run(sys.executable, "-m", "venv", "--clear", str(VENV)))
        and _pip(*_BUILD)  # pinned too, hence no build isolation: pip pins nothing inside that
        and _pip("--no-build-isolation", "--editable", f"{ROOT}[dev]")
    )
    if done:
        _STAMP.write_text(_fingerprint())
        print(f"setup: .venv is ready ({time.monotonic() - started:.0f} s)", flush=True)
    return done


def _pip(*arguments: str) -> bool:
    python = str(VENV / "bin" / "python")
    quiet = ("--disable-pip-version-check", "--progress-bar", "off", "--quiet", "--no-input")
    return _run(python, "-m", "pip", "install", *quiet, "-c", str(_CONSTRAINTS), *arguments)


def _run(*command: str, quiet: bool = False) -> bool:
    try:
        ended = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except OSError as error:
        if not quiet:
            print(f"setup: {command[0]}: {error.strerror}", file=sys.stderr)
        return False
    if ended.returncode != 0 and not quiet:
        print(*ended.stdout.splitlines()[-_LAST_LINES:], sep="\n", file=sys.stderr)
        print(f"setup: {' '.join(command)} failed ({ended.returncode})", file=sys.stderr)
    return ended.returncode == 0


def _fingerprint() -> str:
    """What the virtual environment depends on; an editable installation holds the path too."""
    parts = [
        str(ROOT),
        sys.base_prefix,
        ".".join(map(str, sys.version_info[:2])),
        _CONSTRAINTS.read_text(),
        (ROOT / "pyproject.toml").read_text(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
