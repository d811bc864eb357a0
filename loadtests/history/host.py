"""What machine a load test ran on, as far as times depend on it."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_DECORATION = re.compile(r"\((R|TM)\)|\bCPU\b|@.*|[^\w .+-]", re.IGNORECASE)


def host_class() -> str:
    """Processor, cores that this process may use, kernel's family and Python: `AMD EPYC 7B13, 2 cores, Linux
    6, Python 3.11`. Only runs on hosts of one class are compared. No name or address of the host is in it."""
    return ", ".join(
        (
            _processor(),
            f"{len(os.sched_getaffinity(0))} cores",
            f"{platform.system()} {platform.release().split('.')[0]}",
            "Python " + ".".join(platform.python_version_tuple()[:2]),
        )
    )


def _processor() -> str:
    try:
        text = _CPU_INFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        # Not every kernel has it; the machine's kind is then all that is known.
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    name = model[1] if model else platform.machine()
    return " ".join(_DECORATION.sub(" ", name).split()) or "a processor"
