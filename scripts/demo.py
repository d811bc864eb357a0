"""`make demo`: a stack of its own on loopback, tested, told about, and stopped again.

python -m scripts.demo [MORE ARGUMENTS FOR atalaia check]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from scripts.setup import packages

ATALAIA = Path(sys.executable).with_name("atalaia")
OUT = Path("out") / "demo"
"""Apart from out/, where the latest run against a real stack is kept."""

OK, NOT_MEASURED = 0, 2


def main(arguments: list[str]) -> int:
    """Up, check, down; down whatever happens. Returns the exit code of `atalaia check`, or 2 for less."""
    sandbox = f"demo-{os.getpid()}"
    missing = packages.missing()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        code = _atalaia("sandbox", "up", "--id", sandbox, *(["--partial"] if missing else []))
        if code == OK:
            code = _atalaia("check", "--env", f"sandbox:{sandbox}", "--out", str(OUT), *arguments)
    except KeyboardInterrupt:
        code = NOT_MEASURED
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stopped = _atalaia("sandbox", "down", sandbox)
    if missing:
        print(f"not there, so not tested: {' '.join(missing)} (make setup tells how to install them)")
    if code == OK and (missing or stopped != OK):
        code = NOT_MEASURED
    print(f"atalaia exit code: {code}")
    return code


def _atalaia(*arguments: str) -> int:
    """Run it and say what is run: each line can be repeated by hand."""
    print("$ atalaia", *arguments, flush=True)
    return subprocess.run([ATALAIA, *arguments], check=False).returncode


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
