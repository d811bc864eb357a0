"""What starts at boot: found before and after an installation, and switched off again."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StartedAtBoot:
    """Links that make a daemon start at boot: of systemd's units and of System V's scripts."""

    units: frozenset[str]
    scripts: frozenset[str]

    def since(self, before: StartedAtBoot) -> StartedAtBoot:
        """What was added after `before`."""
        return StartedAtBoot(self.units - before.units, self.scripts - before.scripts)

    def names(self) -> list[str]:
        """Units and scripts, sorted."""
        return sorted(self.units | self.scripts)


def started_at_boot(etc: Path = Path("/etc")) -> StartedAtBoot:
    """What /etc makes start at boot; works without a running init, as in a container."""
    wants = [*etc.glob("systemd/system/*.wants/*"), *etc.glob("systemd/system/*.requires/*")]
    units = {path.readlink().name for path in wants if path.is_symlink()}
    scripts = (re.fullmatch(r"S\d\d(.+)", path.name) for path in etc.glob("rc[2-5].d/S*"))
    return StartedAtBoot(
        frozenset(unit for unit in units if unit.endswith((".service", ".socket"))),
        frozenset(found[1] for found in scripts if found),
    )


def keep_from_boot(added: StartedAtBoot) -> None:
    """Disable what was added, through the tools of the distribution: they remember it over upgrades."""
    for script in sorted(added.scripts):
        _quietly("update-rc.d", script, "disable")
    if added.units:
        tool = "systemctl" if shutil.which("systemctl") else "deb-systemd-helper"
        _quietly(tool, "disable", *sorted(added.units))


def _quietly(*command: str) -> None:
    """Run it; whether it helped is judged by looking again, not by what it says."""
    subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
