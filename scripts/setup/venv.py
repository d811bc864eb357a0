"""The virtual environment .venv: made once, renewed when what it was made from changes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib

from scripts.children import ROOT

VENV = ROOT / ".venv"
_PYTHON = VENV / "bin" / "python"
_STAMP = VENV / "atalaia.stamp"
_CONSTRAINTS = ROOT / "constraints.txt"
_BUILD = ("hatchling", "editables")
_LAST_LINES = 25


def ready() -> bool:
    """Whether .venv was made from these very versions, by this Python, at this place."""
    return _stamp() == [_home(), _contents()] and os.access(_PYTHON, os.X_OK)


def make() -> bool:
    """Make or renew .venv. False when pip failed; its last lines are shown."""
    started = time.monotonic()
    print("setup: installing Python packages into .venv …", flush=True)
    # One that was never finished, or belongs to another Python or place, is made anew.
    usable = _stamp()[:1] == [_home()] and _run(str(_PYTHON), "-m", "pip", "--version", quiet=True)
    done = (
        (usable or _run(sys.executable, "-m", "venv", "--clear", str(VENV)))
        and _pip(*_BUILD)  # pinned too, hence no build isolation: pip pins nothing inside that
        and _pip("--no-build-isolation", "--editable", f"{ROOT}[dev]")
    )
    if done:
        _STAMP.write_text(f"{_home()}\n{_contents()}\n")
        print(f"setup: .venv is ready ({time.monotonic() - started:.0f} s)", flush=True)
    return done


def _stamp() -> list[str]:
    try:
        return _STAMP.read_text().splitlines()
    except OSError:
        return []


def _home() -> str:
    """Which Python it belongs to, and where: scripts and the editable installation hold the path."""
    return f"Python {sys.version_info[0]}.{sys.version_info[1]} of {sys.base_prefix}, for {ROOT}"


def _contents() -> str:
    """What is to be installed. Settings of tools in pyproject.toml change nothing about it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project["tool"] = project.get("tool", {}).get("hatch")
    wanted = json.dumps(project, sort_keys=True) + _CONSTRAINTS.read_text()
    return hashlib.sha256(wanted.encode()).hexdigest()


def _pip(*arguments: str) -> bool:
    quiet = ("--disable-pip-version-check", "--progress-bar", "off", "--quiet", "--no-input")
    return _run(str(_PYTHON), "-m", "pip", "install", *quiet, "-c", str(_CONSTRAINTS), *arguments)


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
