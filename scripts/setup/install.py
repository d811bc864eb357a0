"""Install Debian packages so that no daemon starts, now or at boot. Needs root.

    python3 -m scripts.setup.install PACKAGE…

Exits 0 when they are installed and no new listener exists; 1 otherwise; 130 when interrupted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from scripts.children import INTERRUPTED
from scripts.setup.boot import keep_from_boot, started_at_boot
from scripts.setup.listeners import listeners, program
from scripts.setup.policy import daemons_kept_from_starting

_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
_LAST_LINES = 25


def main(packages: list[str]) -> int:
    """Install `packages`; say what was done."""
    if os.geteuid() != 0:
        print("setup: installing packages needs root", file=sys.stderr)
        return 1
    started = time.monotonic()
    packages_before, boot_before, listeners_before = _installed(), started_at_boot(), listeners()
    apt = _Apt()
    try:
        with daemons_kept_from_starting():
            done = apt.get("update", "-q", required=False) and apt.get(
                "install", "-q", "-y", "--no-install-recommends", "--", *packages, required=True
            )
    finally:
        keep_from_boot(started_at_boot().since(boot_before))
    added = _installed() - packages_before
    left = started_at_boot().since(boot_before).names()
    opened = listeners() - listeners_before
    ours = {str(new): path for new in opened if (path := program(new)) and path in _programs(added)}
    for address, path in sorted(ours.items()):
        print(
            f"setup: {path} listens on {address}, though it was kept from starting: stop it", file=sys.stderr
        )
    if left:
        print(f"setup: could not keep from starting at boot: {' '.join(left)}", file=sys.stderr)
    if apt.interrupted:
        print("setup: interrupted; what was there before is back in place", file=sys.stderr)
        return INTERRUPTED
    if not done:
        return 1
    if not (ours or left):
        print(
            f"setup: installed {len(added)} packages in {time.monotonic() - started:.0f} s; "
            f"no daemon listens ({len(listeners_before)} listeners before, none added), none starts at boot"
        )
    return 1 if ours or left else 0


class _Apt:
    """apt-get, run so that an interruption ends it in order: dpkg is never cut in the middle."""

    def __init__(self) -> None:
        self.interrupted = False
        self._running: subprocess.Popen[str] | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def get(self, *arguments: str, required: bool) -> bool:
        """Run apt-get; its last lines are shown when it fails. False: do not go on."""
        if self.interrupted:
            return False
        self._running = subprocess.Popen(
            ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # the terminal's own Ctrl-C must not reach dpkg
        )
        output, _ = self._running.communicate()
        if self._running.returncode != 0:
            print(*output.splitlines()[-_LAST_LINES:], sep="\n", file=sys.stderr)
            print(f"setup: apt-get {arguments[0]} failed ({self._running.returncode})", file=sys.stderr)
        return not self.interrupted and (self._running.returncode == 0 or not required)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """apt-get itself stops downloading at once on SIGINT, and after the present package otherwise."""
        self.interrupted = True
        if self._running and self._running.poll() is None:
            print("setup: ending the installation in order …", file=sys.stderr)
            self._running.send_signal(signal.SIGINT)


def _installed() -> frozenset[str]:
    rows = _lines("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n")
    return frozenset(row.split()[1] for row in rows if row.startswith("installed "))


def _programs(packages: frozenset[str]) -> frozenset[str]:
    """The executables of these packages, links resolved."""
    if not packages:
        return frozenset()
    return frozenset(
        os.path.realpath(path) for path in _lines("dpkg-query", "-L", *sorted(packages)) if "bin/" in path
    )


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
