"""`atalaia sandbox`: a whole stack on loopback, to try things on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, cast

import click

from atalaia.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.faults.fault import Fault
    from sandbox.running import Sandbox

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_SETTINGS)
def sandbox() -> None:
    """A whole AtendeAI stack on 127.0.0.0/8: real servers, and stand-ins for Kong, Grafana, services.

    \b
    Examples:
      atalaia sandbox up                                  start one and leave it running
      atalaia check connectivity --env sandbox            test it
      atalaia sandbox up --fault service-stopped          start one that is broken
      atalaia sandbox down                                end it; nothing is left

    Everything lies in $ATALAIA_STATE_DIR (for root /var/lib/atalaia, else ~/.local/state/atalaia).
    """


@sandbox.command(context_settings=_SETTINGS)
@click.option("--id", "name", metavar="ID", help="Its name in --env sandbox:ID; default: a random one.")
@click.option(
    "--ports",
    type=click.Choice(["free", "seed"]),
    default="free",
    show_default=True,
    help="Free ports, or those of the AtendeAI documents (80, 443, 8000, 5432 …).",
)
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME", help="Break it so (see `faults`); may be repeated."
)
@click.option("--partial", is_flag=True, help="Leave out servers whose programs are not installed.")
def up(name: str | None, ports: str, faults: tuple[str, ...], partial: bool) -> None:
    """Start a sandbox and leave it running.

    \b
    Examples:
      atalaia sandbox up
      atalaia sandbox up --id demo --ports seed
      atalaia sandbox up --fault postgres-stopped --fault certificate-expired

    Exits 2, with nothing left running, when a program is missing, a port is taken or a server does
    not start; 3 where the name is taken.
    """
    from sandbox import launcher
    from sandbox.programs import install_command
    from sandbox.stack import left_out, missing_programs

    chosen = _faults(faults)
    programs = missing_programs() if partial else []
    if programs:
        packages = sorted({program.package for program in programs})
        click.echo(f"left out, as not installed: {', '.join(left_out(programs))}", err=True)
        click.echo(f"to install them: {install_command(packages)}", err=True)

    def show(server: str, seconds: float) -> None:
        if sys.stdout.isatty():
            click.echo(f"  {server:18} ready after {seconds:.1f} s")

    with _interruptible():
        started = launcher.up(name, cast("Literal['free', 'seed']", ports), partial=partial, progress=show)
        try:
            asyncio.run(_break(started, chosen))
        except BaseException:
            launcher.down(directory=started.directory)
            raise
    broken = f", broken by {', '.join(faults)}" if faults else ""
    click.echo(f"The sandbox {started.id} is up{broken}. Test it, and end it, by")
    click.echo(f"  atalaia check --env {_selector(started.id)}")
    click.echo(f"  atalaia check connectivity --env {_selector(started.id)}   (a part of it, in seconds)")
    click.echo(f"  atalaia sandbox down {started.id}")


@sandbox.command(context_settings=_SETTINGS)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--id", "named", metavar="ID", multiple=True, help="The same as naming it without an option.")
@click.option("--all", "everything", is_flag=True, help="Every sandbox of this state directory.")
def down(ids: tuple[str, ...], named: tuple[str, ...], everything: bool) -> None:
    """End sandboxes, or what was left of them, and remove their files.

    \b
    Examples:
      atalaia sandbox down              the only one
      atalaia sandbox down demo 3fa9c1
      atalaia sandbox down --all

    An ID is needed where there are several. Exits 2 when something cannot be ended.
    """
    from atalaia.state import sandboxes
    from sandbox import launcher

    wanted: list[str | None] = [*ids, *named]
    if everything and wanted:
        raise UsageError("--all and an ID exclude one another")
    if everything:
        wanted = [one.id for one in sandboxes()]
        if not wanted:
            click.echo("there is no sandbox")
    elif not wanted:
        wanted = [None]
    for one in wanted:
        click.echo(f"The sandbox {launcher.down(one)} is gone.")


@sandbox.command(context_settings=_SETTINGS)
@click.argument("name", metavar="[ID]", required=False)
def status(name: str | None) -> int:
    """Say what runs: each server with its process and its ports.

    \b
    Examples:
      atalaia sandbox status
      atalaia sandbox status demo

    Exits 2 where there is none, or one of its servers does not run.
    """
    from atalaia.state import sandboxes
    from sandbox.status import all_run, describe

    there = [one for one in sandboxes() if name in (None, one.id)]
    if not there:
        click.echo(f"there is no sandbox {name!r}" if name else "there is no sandbox")
        return ExitCode.NOT_MEASURED
    for one in there:
        click.echo(describe(one))
    return ExitCode.OK if all(all_run(one) for one in there) else ExitCode.NOT_MEASURED


@sandbox.command(context_settings=_SETTINGS)
@click.argument("server", required=False)
@click.option("--id", "name", metavar="ID", help="Of which sandbox; needed where there are several.")
@click.option("--lines", "-n", type=click.IntRange(min=1), default=20, show_default=True, help="Of each.")
def logs(server: str | None, name: str | None, lines: int) -> None:
    """Print the last lines of a SERVER's log, or of every server's.

    \b
    Examples:
      atalaia sandbox logs
      atalaia sandbox logs haproxy --lines 100
      atalaia sandbox logs postgres --id demo

    Passwords are left out. `atalaia sandbox status` lists the servers.
    """
    from sandbox import launcher
    from sandbox.launch import tail
    from sandbox.stack import servers

    attached = launcher.attach(name)
    names = [attached.server(server).name] if server else list(servers(attached.blueprint))
    for one in names:
        if not server:
            click.echo(f"== {one}")
        for line in tail(attached.blueprint, one, lines):
            click.echo(line)


@sandbox.command(context_settings=_SETTINGS)
def faults() -> None:
    """List the ways in which a sandbox can break itself.

    \b
    Examples:
      atalaia sandbox faults
      atalaia sandbox up --fault NAME

    Each says what it changes: the intent (environment.yml), a file of the stack, or the live stack.
    """
    from sandbox.faults.registry import FAULTS

    for fault in FAULTS.values():
        click.echo(f"{fault.name} ({fault.changes})")
        click.echo(click.wrap_text(fault.description, 78, "    ", "    "))


def _faults(names: tuple[str, ...]) -> list[Fault]:
    if not names:
        return []
    from sandbox.faults.registry import fault

    return [fault(name) for name in names]


async def _break(started: Sandbox, chosen: list[Fault]) -> None:
    for fault in chosen:
        await fault.apply(started)


def _selector(id: str) -> str:
    """How `--env` names it: `sandbox` alone where no other one runs."""
    from atalaia.state import sandboxes

    return "sandbox" if sum(one.running for one in sandboxes()) == 1 else f"sandbox:{id}"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a request to end be what Ctrl-C is: a start that is cut short cleans up."""

    def interrupt(number: int, frame: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    former = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
