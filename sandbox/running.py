"""A sandbox that runs: what faults and tests do with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atalaia.errors import NotMeasured, UsageError
from sandbox import launch, stack
from sandbox.blueprint import Blueprint
from sandbox.certificates import Authority
from sandbox.environment import write_environment
from sandbox.ports import Ports
from sandbox.readiness import until
from sandbox.record import read
from sandbox.secrets import Secrets
from sandbox.servers import haproxy
from sandbox.servers.postgres import sql
from sandbox.servers.prometheus import Prometheus
from sandbox.servers.redis import redis_command
from sandbox.servers.server import Server
from sandbox.standins.control import Message, Reply, send


@dataclass(frozen=True)
class Sandbox:
    """A handle on a running sandbox; any process of its owner may hold one."""

    blueprint: Blueprint

    @property
    def id(self) -> str:
        """Its name in `--env sandbox:ID`."""
        return self.blueprint.id

    @property
    def directory(self) -> Path:
        """Where all its files lie."""
        return self.blueprint.directory

    @property
    def ports(self) -> Ports:
        """Where its servers listen."""
        return self.blueprint.ports

    @property
    def secrets(self) -> Secrets:
        """Its passwords."""
        return self.blueprint.secrets

    @property
    def environment_file(self) -> Path:
        """The environment file for the toolkit."""
        return self.blueprint.environment_file

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the servers that run, by the servers' names."""
        processes = read(self.directory).processes
        return {process.name: process.pid for process in processes if process.alive}

    def server(self, name: str) -> Server:
        """A server by name. Raises UsageError where this sandbox has none of that name."""
        servers = stack.servers(self.blueprint)
        if name not in servers:
            raise UsageError(f"the sandbox has no server {name!r}", expected=f"it has {', '.join(servers)}")
        return servers[name]

    async def stop(self, name: str) -> None:
        """Stop a server; nothing where it does not run."""
        await launch.stop_one(read(self.directory), self.server(name))

    async def start(self, name: str) -> None:
        """Start a server that was stopped, with the configuration that lies there; wait until it is ready.

        Raises NotMeasured when it dies or does not become ready.
        """
        record = read(self.directory)
        process = record.process(name)
        if process is not None and process.alive:
            raise UsageError("runs already", where=name)
        await launch.start_one(record, self.server(name))

    async def restart(self, name: str) -> None:
        """Stop and start a server."""
        await self.stop(name)
        await self.start(name)

    async def reload(self, name: str) -> None:
        """Let a server read its configuration anew: on SIGHUP where it can, else by a restart.

        Raises NotMeasured when it refuses the configuration.
        """
        if not await launch.reload_one(read(self.directory), self.server(name)):
            await self.restart(name)

    def render(self, name: str, **overrides: str) -> None:
        """Write a server's configuration anew from its templates; it is read at the next start.

        `overrides` replace variables of the templates (sandbox/render.py): limit_window="2s".
        Without overrides this undoes every change to the server's files.
        """
        self.server(name).render(**overrides)

    def write_environment(self) -> None:
        """Write environment.yml anew, undoing every change to it."""
        write_environment(self.blueprint)

    async def wait_until_scraped(self, seconds: float = 60.0) -> None:
        """Wait until Prometheus has found everything up; it begins 5 s after it started.

        Raises NotMeasured when it has not within so many seconds.
        """
        if not await until(Prometheus(self.blueprint).has_scraped, seconds):
            raise NotMeasured(f"has not found everything up within {seconds:g} s", where="prometheus")

    async def haproxy(self, command: str) -> str:
        """Send a line to HAProxy's admin socket: `show stat`, `disable server …`. The answer.

        Raises NotMeasured where HAProxy does not answer.
        """
        try:
            return await haproxy.command(self.blueprint, command)
        except OSError as error:
            raise NotMeasured(
                "its admin socket does not answer", where="haproxy", observed=str(error)
            ) from None

    async def sql(self, *statements: str, database: str = "atendeai") -> list[tuple[object, ...]]:
        """Run SQL as the superuser, each statement on its own; the rows of the last. Raises NotMeasured."""
        try:
            return await sql(self.blueprint, *statements, database=database)
        except ConnectionError as error:
            raise NotMeasured(str(error), where="postgres") from None

    async def redis(self, *words: str, password: str | None = None) -> object:
        """Run one Redis command; its reply. `password` "" sends none. Raises NotMeasured."""
        try:
            return await redis_command(self.blueprint, *words, password=password)
        except ConnectionError as error:
            raise NotMeasured(str(error), where="redis") from None

    async def tell(self, process: str, message: Message) -> Reply:
        """Send a message (SetFault, ClearFault, Reload) to a stand-in process: kong-1, kong-2, standins."""
        return await send(self.blueprint.socket(process), message)

    @property
    def authority(self) -> Authority:
        """The authority behind the front's certificate, to issue another."""
        return haproxy.authority(self.blueprint)

    async def serve_certificate(self, bundle: bytes) -> None:
        """Let the front serve another certificate (`authority.bundle(…)`); HAProxy restarts."""
        haproxy.install_certificate(self.blueprint, bundle)
        await self.restart("haproxy")
