"""HAProxy: the public front, plain and over TLS, with its statistics and its own metrics."""

from __future__ import annotations

from atalaia.systems.haproxy.statistics import Server as BackendServer
from atalaia.systems.haproxy.statistics import Statistics, parse_statistics
from sandbox.blueprint import Blueprint
from sandbox.certificates import Authority, create_authority, load_authority
from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import ask_socket
from sandbox.record import write_private
from sandbox.servers.server import RunToEnd, Server


class HAProxy(Server):
    """HAProxy in one process, so that a restart begins with empty tables and fresh counters."""

    name = "haproxy"
    programs = (Program("haproxy", "haproxy"),)
    # It counts a server that is still starting as one that went down.
    after = ("kong-1", "kong-2", "standins")
    ports = ("haproxy_http", "haproxy_https", "haproxy_stats", "haproxy_metrics")
    templates = {"haproxy.cfg": "haproxy/haproxy.cfg"}  # noqa: RUF012 - a constant of the class

    async def prepare(self, run: RunToEnd) -> None:
        self.render()
        authority = create_authority()
        authority.save(self.blueprint.tls)
        write_private(self.blueprint.tls / "front.pem", authority.bundle(authority.issue()))

    def command(self) -> Command:
        return self.run("-db", "-f", str(self.blueprint.home(self.name) / "haproxy.cfg"))

    async def ready(self) -> bool:
        """Whether the first health check of every server has ended."""
        return all(_settled(server) for server in (await statistics(self.blueprint)).servers)


def _settled(server: BackendServer) -> bool:
    return not server.checked or (server.settled and server.check_status not in {"", "INI"})


async def statistics(blueprint: Blueprint) -> Statistics:
    """The servers of all backends as HAProxy sees them now. Raises OSError or ValueError."""
    answer = await command(blueprint, "show stat")
    found = parse_statistics(answer.encode().rstrip(b"\n") + b"\n")
    if not isinstance(found, Statistics):
        raise ValueError("HAProxy's socket answered something else than its statistics")  # noqa: TRY004
    return found


async def command(blueprint: Blueprint, line: str) -> str:
    """Send a line to the admin socket and return the answer. Raises OSError."""
    return await ask_socket(blueprint.socket("haproxy"), line)


def authority(blueprint: Blueprint) -> Authority:
    """The authority that signed the front's certificate, to sign another."""
    return load_authority(blueprint.tls)


def install_certificate(blueprint: Blueprint, bundle: bytes) -> None:
    """Put another bundle in the place of the front's; HAProxy reads it when it is restarted."""
    write_private(blueprint.tls / "front.pem", bundle)
