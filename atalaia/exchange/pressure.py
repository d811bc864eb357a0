"""Whether this machine has more to do than processors: what is measured then says little of a server."""

from __future__ import annotations

import re
import time
from pathlib import Path

_FILE = Path("/proc/pressure/cpu")
_TOTAL = re.compile(r"^some .*\btotal=(\d+)$", re.MULTILINE)
_SHARE = 0.1
"""Part of the time in which somebody had to wait for a processor."""


class Pressure:
    """Watches, from when it is made, how long anybody waited for a processor of this machine.

    Linux tells (Documentation/accounting/psi.rst); where the system does not, nobody is known to wait.
    """

    def __init__(self) -> None:
        self._begun, self._before = time.monotonic(), waited()

    @property
    def busy(self) -> bool:
        """Whether that was for much of the time."""
        return waited() - self._before > _SHARE * (time.monotonic() - self._begun)


def waited(file: Path = _FILE) -> float:
    """Seconds since the machine's start in which somebody waited for a processor."""
    try:
        found = _TOTAL.search(file.read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1e6 if found else 0.0
