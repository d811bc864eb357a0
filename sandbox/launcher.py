"""`up` and `down`: a whole stack on loopback, and nothing left of it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets as randomness
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from atalaia.errors import NotMeasured, UsageError
from atalaia.state import RunningSandbox, identify, sandboxes, state_directory
from sandbox import launch, record, stack
from sandbox.blueprint import SOCKET_PATH_LIMIT, Blueprint
from sandbox.environment import write_environment
from sandbox.launch import Progress
from sandbox.limits import Windows
from sandbox.ports import SEED_PORTS, Ports, reserve_free_ports, why_not
from sandbox.process import unprivileged_account
from sandbox.programs import missing
from sandbox.record import Record
from sandbox.running import Sandbox
from sandbox.secrets import generate
from sandbox.terminate import tear_down

PortChoice = Literal["free", "seed"] | Ports

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_QUOTING = re.compile(r"""['"\\$,\x00-\x1f\x7f]""")
"""What ends or changes a path in the configuration of HAProxy, PostgreSQL or Redis, quoted or not."""


def up(
    id: str | None = None,
    ports: PortChoice = "free",
    directory: Path | None = None,
    partial: bool = False,
    progress: Progress = lambda name, seconds: None,
    windows: Windows = "declared",
) -> Sandbox:
    """Start a sandbox and return once everything in it is ready. Not from within an event loop."""
    return asyncio.run(up_async(id, ports, directory, partial, progress, windows))


async def up_async(
    id: str | None = None,
    ports: PortChoice = "free",
    directory: Path | None = None,
    partial: bool = False,
    progress: Progress = lambda name, seconds: None,
    windows: Windows = "declared",
) -> Sandbox:
    """Start a sandbox and return once everything in it is ready.

    `id` names it (default: a random name); `ports` are free ones, those of the documents, or given
    ones; `directory` is its own directory, which must not exist (default: in the state directory);
    `partial` leaves out what is not installed; with `windows` "short" limiters count for seconds.
    Whatever goes wrong, nothing is left behind.
    Raises UsageError for a name that is taken or a directory that cannot do, NotMeasured when a
    program is missing, a port is taken, or a server does not start.
    """
    if modules := stack.missing_modules():
        raise NotMeasured(
            f"the sandbox needs Python packages that are not installed: {', '.join(modules)}",
            hint="pip install 'atalaia[sandbox]'",
        )
    programs = stack.missing_programs()
    if programs and not partial:
        raise missing(programs)
    name = id or randomness.token_hex(3)
    if not _ID.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a sandbox", expected="small letters, digits and hyphens")
    place = (directory or _default_directory(name)).absolute()
    with ExitStack() as held:
        blueprint = Blueprint(
            id=name,
            directory=place,
            ports=_choose(ports, held),
            secrets=generate(),
            absent=stack.left_out(programs),
            windows=windows,
        )
        _make_directories(blueprint)
        try:
            _refuse_taken_ports(blueprint)
            return await _launch(blueprint, progress)
        except BaseException:
            # Not awaited: a task that is being cancelled could not wait for it.
            tear_down(place, _stop_signals())
            raise


async def _launch(blueprint: Blueprint, progress: Progress) -> Sandbox:
    begun = Record(blueprint, launcher=identify("launcher", os.getpid()))
    record.write(begun)
    running = await launch.start_all(begun, stack.servers(blueprint), progress)
    write_environment(blueprint)
    launch.finished(running)
    return Sandbox(blueprint)


def _default_directory(name: str) -> Path:
    return state_directory() / "sandboxes" / name


def _choose(choice: PortChoice, held: ExitStack) -> Ports:
    if isinstance(choice, Ports):
        return choice
    return SEED_PORTS if choice == "seed" else held.enter_context(reserve_free_ports())


def _refuse_taken_ports(blueprint: Blueprint) -> None:
    taken = [
        f"{server.name}: port {port} ({name}) {reason}"
        for server in stack.servers(blueprint).values()
        for name in server.ports
        if (reason := why_not(port := getattr(blueprint.ports, name)))
    ]
    if taken:
        raise NotMeasured(
            "\n".join(taken), hint="end what listens there, or let the sandbox choose: --ports free"
        )


def _make_directories(blueprint: Blueprint) -> None:
    """Make the sandbox' directories, and see first that they will do."""
    place = blueprint.directory
    if _QUOTING.search(str(place)):
        raise UsageError(
            "a path with signs that mean something in the servers' configuration files",
            where=repr(str(place)),
            expected="no quotes, backslash, dollar, comma or line break (spaces will do)",
            hint="choose another directory in $ATALAIA_STATE_DIR",
        )
    longest = max(len(os.fsencode(blueprint.socket(name))) for name in ("haproxy", "standins"))
    if longest > SOCKET_PATH_LIMIT:
        raise UsageError(
            f"its path is {longest - SOCKET_PATH_LIMIT} bytes too long for unix sockets",
            where=str(place),
            hint="choose a shorter directory in $ATALAIA_STATE_DIR",
        )
    try:
        # Others may pass through, to what is theirs in it, and see nothing.
        place.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        place.mkdir(mode=0o711)
    except FileExistsError:
        raise UsageError(
            f"a sandbox is there already, running or left behind: {blueprint.id}",
            where=str(place),
            hint=f"end it: atalaia sandbox down {blueprint.id}",
        ) from None
    except OSError as error:
        raise UsageError("cannot be made", where=str(place), observed=error.strerror or "") from None
    try:
        _refuse_closed_parents(place)
    except UsageError:
        place.rmdir()
        raise
    place.chmod(0o711)
    for name in ("logs", "run", "tls", "kong", *stack.servers(blueprint)):
        (place / name).mkdir(mode=0o700)


def _refuse_closed_parents(place: Path) -> None:
    account = unprivileged_account()
    if account is None:
        return
    for parent in place.parents:
        if not parent.stat().st_mode & 0o001:
            raise UsageError(
                f"the account {account.name}, which runs PostgreSQL, may not enter this directory",
                where=str(parent),
                hint="choose another one in $ATALAIA_STATE_DIR",
            )


def down(id: str | None = None, directory: Path | None = None) -> str:
    """End a sandbox and remove its files: one that runs, or what was left of one. Returns its id.

    `id` is needed where there are several. Raises UsageError where there is none, NotMeasured when
    something cannot be ended.
    """
    place = (directory or _find(id).directory).absolute()
    tear_down(place, _stop_signals())
    return place.name


def _find(id: str | None) -> RunningSandbox:
    there = sandboxes()
    names = ", ".join(sandbox.id for sandbox in there)
    if not there:
        raise UsageError("there is no sandbox", where=str(state_directory()))
    if id is None:
        if len(there) > 1:
            raise UsageError(f"there are several sandboxes: {names}", hint="name one")
        return there[0]
    for sandbox in there:
        if sandbox.id == id:
            return sandbox
    raise UsageError(f"there is no sandbox {id!r}", expected=f"there are: {names}")


def attach(id: str | None = None, directory: Path | None = None) -> Sandbox:
    """A handle on a sandbox that another process started. Raises UsageError where there is none."""
    return Sandbox(record.read((directory or _find(id).directory).absolute()).blueprint)


@contextmanager
def running(
    id: str | None = None,
    ports: PortChoice = "free",
    directory: Path | None = None,
    partial: bool = False,
    windows: Windows = "declared",
) -> Iterator[Sandbox]:
    """A sandbox for the length of a `with` block."""
    sandbox = up(id, ports, directory, partial, windows=windows)
    try:
        yield sandbox
    finally:
        down(directory=sandbox.directory)


def _stop_signals() -> dict[str, signal.Signals]:
    return {server.name: server.stop_signal for server in stack.SERVERS}
