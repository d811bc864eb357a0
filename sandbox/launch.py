"""Starting servers: each when those before it are ready, all others at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from signal import SIGHUP

from atalaia.errors import NotMeasured
from atalaia.state import ProcessIdentity
from sandbox import record as records
from sandbox.blueprint import Blueprint
from sandbox.process import Command, exit_code, signal_process, spawn
from sandbox.readiness import until
from sandbox.record import Record
from sandbox.servers.server import Server
from sandbox.terminate import end

READY_WITHIN = 30.0
"""Seconds that one server gets to become ready; a healthy machine needs two."""
_RELOADED_WITHIN = 15.0
_LAST_LINES = 8

Progress = Callable[[str, float], None]
"""Called with a server's name and the seconds it took from its start, once it is ready."""


async def start_all(record: Record, servers: Mapping[str, Server], progress: Progress) -> Record:
    """Prepare and start every server. Raises NotMeasured for the first that fails."""
    keeper = _Keeper(record)
    ready = {name: asyncio.Event() for name in servers}

    async def bring_up(server: Server) -> None:
        await server.prepare(lambda name, command: _run_to_end(keeper, name, command))
        for other in server.after:
            if other in ready:
                await ready[other].wait()
        began = time.monotonic()
        await _start(keeper, server)
        await server.furnish()
        ready[server.name].set()
        progress(server.name, time.monotonic() - began)

    try:
        async with asyncio.TaskGroup() as group:
            for server in servers.values():
                group.create_task(bring_up(server))
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return keeper.record


async def start_one(record: Record, server: Server) -> Record:
    """Start a server that is prepared and stopped, and wait until it is ready."""
    keeper = _Keeper(record)
    await _start(keeper, server)
    return keeper.record


async def stop_one(record: Record, server: Server) -> Record:
    """Stop a server; nothing where it does not run."""
    process = record.process(server.name)
    if process is None:
        return record
    await asyncio.to_thread(end, process, server.stop_signal)
    keeper = _Keeper(record)
    keeper.forget(server.name)
    return keeper.record


async def reload_one(record: Record, server: Server) -> bool:
    """Let a server read its configuration anew; False where it only does so when it starts.

    Raises NotMeasured when it does not run, or refuses the configuration.
    """
    process = record.process(server.name)
    if process is None or not process.alive:
        raise NotMeasured("does not run", where=server.name)
    before = await server.loaded()
    if before is None:
        return False
    signal_process(process, SIGHUP)

    async def done() -> bool:
        return await server.loaded() != before

    # A refusal after a refusal changes nothing that could be seen, hence no long wait.
    changed = await until(done, _RELOADED_WITHIN)
    now = await server.loaded()
    if not changed or (now and not now[0]):
        raise _failed(record.blueprint, server.name, "did not take its new configuration")
    return True


class _Keeper:
    """Keeps sandbox.json in step with what runs."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @property
    def blueprint(self) -> Blueprint:
        return self.record.blueprint

    def spawn(self, name: str, command: Command) -> ProcessIdentity:
        blueprint = self.blueprint
        process = spawn(name, command, sandbox=blueprint.id, directory=blueprint.directory)
        self._keep(self.record.started(process))
        return process

    def forget(self, name: str) -> None:
        self._keep(self.record.stopped(name))

    def _keep(self, record: Record) -> None:
        self.record = record
        records.write(record)


async def _run_to_end(keeper: _Keeper, name: str, command: Command) -> None:
    process = keeper.spawn(name, command)
    if not await until(lambda: _ended(process), READY_WITHIN):
        raise _failed(keeper.blueprint, name, f"did not end within {READY_WITHIN:g} s")
    code = exit_code(process)
    keeper.forget(name)
    if code != 0:
        raise _failed(keeper.blueprint, name, f"ended with {_code(code)}")


async def _ended(process: ProcessIdentity) -> bool:
    return not process.alive


async def _start(keeper: _Keeper, server: Server) -> None:
    process = keeper.spawn(server.name, server.command())

    async def ready_or_dead() -> bool:
        return not process.alive or await server.ready()

    in_time = await until(ready_or_dead, READY_WITHIN)
    if not process.alive:
        raise _failed(
            keeper.blueprint, server.name, f"ended with {_code(exit_code(process))} while it was starting"
        )
    if not in_time:
        raise _failed(keeper.blueprint, server.name, f"was not ready within {READY_WITHIN:g} s")


def _code(code: int | None) -> str:
    if code is None:
        return "an unknown exit code"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _failed(blueprint: Blueprint, name: str, what: str) -> NotMeasured:
    lines = tail(blueprint, name, _LAST_LINES)
    said = "its last lines:\n" + "\n".join(f"  {line}" for line in lines) if lines else "it said nothing"
    return NotMeasured(what, where=name, hint=said)


def tail(blueprint: Blueprint, server: str, lines: int) -> list[str]:
    """The last lines of a server's log, without passwords; empty where it has none."""
    try:
        text = blueprint.log(server).read_text(errors="replace")
    except FileNotFoundError:
        return []
    return blueprint.redact(text).splitlines()[-lines:] if lines else []


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to report: a server's own before a cancellation or a defect that it led to."""
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        told: list[BaseException] = [error for error in first.exceptions if isinstance(error, NotMeasured)]
        first = [*told, *first.exceptions][0]
    return first


def finished(record: Record) -> Record:
    """The record of a sandbox that is up: nobody is starting it any more."""
    done = replace(record, launcher=None)
    records.write(done)
    return done
