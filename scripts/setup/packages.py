"""The Debian packages of the sandbox's real servers, and which of them this machine lacks."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

SERVERS = {
    "haproxy": ("haproxy",),
    "postgresql": ("postgres", "initdb"),
    "redis-server": ("redis-server",),
    "prometheus": ("prometheus", "promtool"),
    "prometheus-alertmanager": ("prometheus-alertmanager",),
    "prometheus-pushgateway": ("prometheus-pushgateway",),
    "prometheus-node-exporter": ("prometheus-node-exporter",),
    "prometheus-postgres-exporter": ("prometheus-postgres-exporter",),
    "prometheus-redis-exporter": ("prometheus-redis-exporter",),
}
"""Package → the programs it brings. Programs are looked for, not packages: that is fast, and right
where a server came by another way than apt."""


def missing() -> list[str]:
    """The server packages of which a program cannot be found, in the order above."""
    path = _search_path()
    return [
        package
        for package, programs in SERVERS.items()
        if any(shutil.which(program, path=path) is None for program in programs)
    ]


def missing_for_venv() -> list[str]:
    """What Debian and Ubuntu split off from Python and a virtual environment needs."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
    return []


def _search_path() -> str:
    """PATH, and where Debian puts servers: /usr/sbin is not in the PATH of ordinary accounts."""
    postgres = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", *map(str, postgres)])
