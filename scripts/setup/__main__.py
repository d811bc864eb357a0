"""`make setup`. Says nothing when there is nothing to do.

python3 -m scripts.setup              server packages and .venv; exit 2 when a server is missing
python3 -m scripts.setup --partial    go on without the servers that cannot be installed
python3 -m scripts.setup --venv       .venv only: enough to test a stack that runs elsewhere
"""

from __future__ import annotations

import sys

OLDEST = (3, 11)
if sys.version_info < OLDEST:
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"setup: Atalaia needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is {version}.\n"
        f"       Name another one: make setup PYTHON=python{OLDEST[0]}.{OLDEST[1]}"
    )

import fcntl
import os
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.children import INTERRUPTED, ROOT, Children
from scripts.setup import packages, privilege, venv

_INSTALLER = "scripts.setup.install"


def main(arguments: list[str]) -> int:
    """Do what is missing, and only that. 0: everything is there; 2: something is not."""
    with_servers = "--venv" not in arguments
    if venv.ready() and not (with_servers and packages.missing()):
        return 0
    with _one_at_a_time():
        for_venv = [] if venv.ready() else packages.missing_for_venv()
        wanted = (packages.missing() if with_servers else []) + for_venv
        refusal = _install(wanted) if wanted else ""
        if for_venv and packages.missing_for_venv():
            return _say_missing(wanted, refusal, "without the last one there is no .venv")
        if not venv.ready() and not venv.make():
            return 2
    servers = packages.missing() if with_servers else []
    if not servers:
        return 0
    _say_missing(servers, refusal, "the sandbox cannot start them")
    return 0 if "--partial" in arguments else 2


def _install(wanted: list[str]) -> str:
    """Install packages as root. Empty when it was done, else why it was not."""
    if shutil.which("apt-get") is None:
        return "there is no apt-get here"
    root = privilege.how_to_become_root()
    if root is None:
        return "this account is not root, and sudo is missing or cannot ask for a password"
    print(f"setup: to be installed with apt-get{' by sudo' if root else ''}:")
    print(_wrapped(wanted))
    print("       Their daemons are kept from starting, now and at boot.", flush=True)
    if not privilege.agreed("Install them?"):
        return "not agreed to (YES=1 agrees without being asked)"
    children = Children()
    ended = children.run(*root, sys.executable, "-B", "-m", _INSTALLER, *wanted)
    if ended == INTERRUPTED or children.interrupted:
        print("setup: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    return "the installation did not succeed, see above" if ended != 0 else ""


def _say_missing(wanted: list[str], refusal: str, consequence: str) -> int:
    lines = [f"setup: missing, and {consequence}" + (";" if refusal else ":")]
    if refusal:
        lines.append(f"       {refusal}:")
    if shutil.which("apt-get"):
        lines += [
            _wrapped([os.path.basename(sys.executable), "-m", _INSTALLER, *wanted], end=" \\"),
            "       (as root, in this directory: installs them by apt-get, without recommended",
            "       packages, and keeps their daemons from starting)",
        ]
    else:
        lines.append(_wrapped(wanted))
    print(*lines, sep="\n", file=sys.stderr)
    return 2


def _wrapped(words: list[str], end: str = "") -> str:
    margin = " " * 7
    lines = textwrap.wrap(" ".join(words), 70, break_on_hyphens=False)
    return f"{end}\n".join(margin + line for line in lines)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups of one checkout must not write .venv at once. The lock leaves no file behind."""
    directory = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("setup: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
