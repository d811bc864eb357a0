"""Kong as one target of faults: its node and its three listeners."""

from __future__ import annotations

from atalaia.errors import UsageError
from sandbox.standins.config import KongConfig
from sandbox.standins.http.pool import Pool
from sandbox.standins.http.server import Limits, Server
from sandbox.standins.kong.admin import Admin, Status
from sandbox.standins.kong.behaviour import Behaviour
from sandbox.standins.kong.node import Node
from sandbox.standins.kong.proxy import Proxy


class Kong:
    """A node of Kong, startable and stoppable."""

    kind = "kong"

    def __init__(self, config: KongConfig, host: str) -> None:
        self.name = config.node
        self.node = Node(config)
        self.pool = Pool()
        self.servers = (
            Server(Proxy(self.node, self.pool), host, config.proxy_port, Limits(half_closed=False)),
            Server(Admin(self.node, lambda: self.servers), host, config.admin_port),
            Server(Status(self.node, lambda: self.servers), host, config.status_port),
        )
        if config.declarative is not None:
            self._load(config)

    def reload(self, declarative: str) -> None:
        """Serve another declarative configuration. Raises DeclarativeError, and keeps the old one."""
        self.node.reload(declarative)

    def behave(self, behaviour: Behaviour) -> None:
        """Misbehave in this way from now on. Raises UsageError where it names what is not there."""
        self.node.behave(behaviour)

    async def close(self) -> None:
        """Close the listeners, and every connection either way."""
        for server in self.servers:
            await server.stop()
        self.node.close()
        self.pool.close()

    def _load(self, config: KongConfig) -> None:
        assert config.declarative is not None
        try:
            self.node.reload(config.declarative.read_text())
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}", where=str(config.declarative)) from None
