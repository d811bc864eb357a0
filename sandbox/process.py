"""Starting a server as a process of its own, and ending it for certain."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atalaia.errors import NotMeasured
from atalaia.state import ProcessIdentity, identify

MARK = "ATALAIA_SANDBOX"
"""In the environment of every process of a sandbox: its id. MARK_DIRECTORY holds its directory."""
MARK_DIRECTORY = "ATALAIA_SANDBOX_DIRECTORY"

# Popen objects of this process' own children: they must be waited for, or they stay as zombies.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Account:
    """A user of the machine that a server runs as, where we are root and it should not be."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """How a server is started."""

    argv: tuple[str, ...]
    home: Path
    """Its working directory."""
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Beside PATH, HOME, TMPDIR, LANG and the mark; nothing else is inherited."""
    account: Account | None = None


def unprivileged_account() -> Account | None:
    """Who runs PostgreSQL, which refuses to run as root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NotMeasured("PostgreSQL refuses to run as root, and there is no account postgres or nobody")


def spawn(name: str, command: Command, *, sandbox: str, directory: Path) -> ProcessIdentity:
    """Start a process that outlives us, in a session of its own. Raises NotMeasured."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(command.home),
        "TMPDIR": str(command.home),
        "LANG": "C.UTF-8",
        MARK: sandbox,
        MARK_DIRECTORY: str(directory),
        **command.environment,
    }
    account = command.account
    with command.log.open("ab") as log:
        try:
            child = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.home,
                env=environment,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=() if account else None,
            )
        except OSError as error:
            raise NotMeasured(f"cannot be started: {error.strerror}", where=name) from None
    _children[child.pid] = child
    identity = identify(name, child.pid)
    if identity is None:  # cannot be: a child that ended stays until it is waited for
        raise NotMeasured("vanished while it was started", where=name)
    return identity


def exit_code(process: ProcessIdentity) -> int | None:
    """What a child of ours that ended returned (negative: the signal); None while it runs."""
    child = _children.get(process.pid)
    return child.poll() if child else None


def signal_process(process: ProcessIdentity, number: signal.Signals) -> None:
    """Send a signal to this very process and to no other; nothing where it has ended."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        # The handle names one process for good, so that what is checked now is what is signalled.
        if process.alive:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass  # it ended in between, which is what was wanted
    finally:
        os.close(handle)


def wait_for_end(processes: Iterable[ProcessIdentity], seconds: float) -> list[ProcessIdentity]:
    """Wait until all have ended; returns those that have not within so many seconds."""
    deadline = time.monotonic() + seconds
    while alive := [process for process in processes if process.alive]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    reap()
    return alive


def reap() -> None:
    """Wait for those of our children that have ended."""
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]


def strays(sandbox: str, directory: Path) -> list[ProcessIdentity]:
    """Every process of this sandbox, recorded or not: it carries the mark, or writes its log here.

    Redis and PostgreSQL write their titles over the environment that they were started with.
    """
    wanted = {f"{MARK}={sandbox}".encode(), f"{MARK_DIRECTORY}={directory}".encode()}
    logs = f"{directory}/logs/"
    found = []
    for pid in _pids():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            output = os.readlink(f"/proc/{pid}/fd/1")
        except OSError:
            continue  # ended, another user's, or without an output
        ours = wanted <= set(environment) or output.startswith(logs)
        if ours and (identity := identify("stray", pid)) and identity.alive:
            found.append(identity)
    return found


def descendants(processes: Iterable[ProcessIdentity]) -> list[ProcessIdentity]:
    """The children of these processes, and theirs: PostgreSQL's overwrite the mark they inherit."""
    parents: dict[int, list[int]] = {}
    for pid in _pids():
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        parents.setdefault(int(text[text.rindex(")") + 2 :].split()[1]), []).append(pid)
    found, queue = [], [process.pid for process in processes if process.alive]
    while queue:
        for pid in parents.get(queue.pop(), ()):
            queue.append(pid)
            if (identity := identify("child", pid)) and identity.alive:
                found.append(identity)
    return found


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
