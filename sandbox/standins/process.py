"""A process of stand-ins: everything that its configuration names, and the control socket."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from atalaia.errors import AtalaiaError, NotMeasured, UsageError
from sandbox.standins.config import StandIns
from sandbox.standins.control import ClearFault, Reload, Reply, SetClock, SetFault, Status, parse_command
from sandbox.standins.faults import Faults

if TYPE_CHECKING:
    from sandbox.standins.faults import StandIn

_LINE_LIMIT = 8 * 1024 * 1024


async def serve(config: StandIns) -> None:
    """Serve until SIGTERM or SIGINT. Raises NotMeasured where a port is taken."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    standins = _standins(config)
    try:
        for standin in standins.values():
            await _listen(standin)
        control = await _open_control(config, Control(Faults(standins)))
        try:
            # What was loaded stays to the end: the collector need not look at it again and again.
            gc.collect()
            gc.freeze()
            await ended.wait()
        finally:
            control.close()
            with suppress(FileNotFoundError):
                config.control.unlink()
    finally:
        for standin in standins.values():
            await standin.close()


def _standins(config: StandIns) -> dict[str, StandIn]:
    # Each is imported where it is wanted: a node of Kong needs no PostgreSQL client, and starts sooner.
    found: list[StandIn] = []
    if config.services:
        from sandbox.standins.services.service import Service

        found += [Service(service, config.host) for service in config.services]
    if config.kong is not None:
        from sandbox.standins.kong.standin import Kong

        found.append(Kong(config.kong, config.host))
    if config.grafana is not None:
        from sandbox.standins.grafana.standin import Grafana

        found.append(Grafana(config.grafana, config.host))
    if config.receivers is not None:
        from sandbox.standins.receivers.standin import Receivers

        found.append(Receivers(config.receivers, config.host))
    named = {standin.name: standin for standin in found}
    if len(named) < len(found):
        raise UsageError("two stand-ins of one process have the same name")
    return named


async def _listen(standin: StandIn) -> None:
    for server in standin.servers:
        try:
            await server.start()
        except OSError as error:
            raise NotMeasured(
                f"{standin.name} cannot listen on {server.host}:{server.port}",
                observed=os.strerror(error.errno or 0),
            ) from None


async def _open_control(config: StandIns, control: Control) -> asyncio.AbstractServer:
    with suppress(FileNotFoundError):
        config.control.unlink()  # left behind by a process that was killed
    old = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(control.talk, str(config.control), limit=_LINE_LIMIT)
    except OSError as error:
        raise NotMeasured(
            "the control socket cannot be opened", where=str(config.control), observed=str(error)
        ) from None
    finally:
        os.umask(old)


class Control:
    """Obeys the control socket, one message after the other."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._turn = asyncio.Lock()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every line of a connection."""
        try:
            while line := await reader.readline():
                async with self._turn:
                    reply = await self._obey(line)
                writer.write(reply.model_dump_json().encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line beyond the limit: nobody to tell
            pass
        finally:
            writer.close()

    async def _obey(self, line: bytes) -> Reply:
        try:
            match parse_command(line):
                case SetFault(target=target, fault=fault, options=options):
                    await self._faults.set(target, fault, options)
                case ClearFault(target=target):
                    await self._faults.clear(target)
                case Reload(target=target, declarative=declarative):
                    self._faults.reload(target, declarative)
                case SetClock(target=target, at=at):
                    self._faults.set_clock(target, at)
                case Status():
                    pass
        except AtalaiaError as error:
            return Reply(done=False, why_not=str(error), targets=self._faults.current)
        except OSError as error:
            return Reply(done=False, why_not=str(error), targets=self._faults.current)
        return Reply(done=True, targets=self._faults.current)
