"""One node: the configuration that it serves, and what it counts."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from uuid import uuid4

from atalaia.errors import UsageError
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.entities import EMPTY, Configuration
from atalaia.systems.kong.forwarding import TrustedIps
from atalaia.systems.kong.plugins import Answer, Chains, Turn, Worker
from atalaia.systems.kong.plugins.metrics import Metrics
from atalaia.systems.kong.plugins.prometheus import OFF, Groups
from atalaia.systems.kong.routing import Match, Router
from atalaia.systems.kong.versions import version_of
from sandbox.standins.config import KongConfig
from sandbox.standins.http.message import Request
from sandbox.standins.kong.balancer import Balancer
from sandbox.standins.kong.behaviour import HEALTHY, Behaviour
from sandbox.standins.kong.clock import Clock
from sandbox.standins.kong.counting import Stores
from sandbox.standins.kong.entities import altered
from sandbox.standins.kong.names import Names
from sandbox.standins.kong.remembered import Remembered
from sandbox.standins.kong.unmodelled import left_out

_TIMERS = 1e-6
"""Seconds by which the loop may run a timer too early."""
Counted = tuple[str, str, Groups]
"""Under which names of service and route an answer is counted, and what of it."""


class Node:
    """What the three listeners of a node share."""

    def __init__(self, config: KongConfig) -> None:
        self.config = config
        self.version = f"{config.version}-atalaia-stand-in"
        self.server = f"kong/{self.version}"
        self.id = str(uuid4())
        self.pid = os.getpid()
        self.clock = Clock()
        self.behaviour = HEALTHY
        self.trusted = TrustedIps(config.trusted_ips)
        self.requests = 0
        self.metrics = Metrics()
        self._names = Names(config.names)
        self.stores = Stores(self._names)
        self.worker = Worker(version_of(config.version))
        self._loop = asyncio.get_running_loop()
        self.denied: dict[tuple[str, str], Answer] = {}
        """By route and client, for a limiter that sticks: what it was denied with."""
        self.beginnings = Remembered()
        """What the upstreams' requests begin with."""
        self._counted: dict[str, Counted | None] = {}
        self._uncounted: deque[tuple[float, Turn]] = deque()
        """Requests that count from a time of the loop on."""
        self.balancer = Balancer(EMPTY, self._names)
        self.serve(EMPTY)

    @property
    def trusted_ips(self) -> tuple[str, ...]:
        """Whose X-Forwarded-* headers are believed."""
        given = self.behaviour.trusted_ips
        return self.config.trusted_ips if given is None else given

    @property
    def recursive(self) -> bool:
        """`real_ip_recursive`."""
        mine = self.behaviour
        return self.config.real_ip_recursive if mine.trusted_ips is None else mine.recursive

    def behave(self, behaviour: Behaviour) -> None:
        """Misbehave in this way from now on. Raises UsageError where it names what is not there."""
        listed = altered(self._given, behaviour)
        self.behaviour = behaviour
        self.denied.clear()
        self.trusted = TrustedIps(self.trusted_ips)
        self._route(listed)

    def serve(self, configuration: Configuration) -> None:
        """Switch to a configuration; requests under way finish with the one they began with."""
        self._given = configuration
        try:
            listed = altered(configuration, self.behaviour)
        except UsageError:  # what the fault was about is not in this configuration
            listed = configuration
        self._route(listed)
        self.left_out = tuple(left_out(configuration))
        """What of the configuration this stand-in does not do."""
        if self.left_out:
            sys.stderr.write(f"{self.config.node}: not done by the stand-in: {'; '.join(self.left_out)}\n")
            sys.stderr.flush()
        self.balancer.close()
        self.balancer = Balancer(configuration, self._names)
        self._tracked = any(
            plugin.name == "correlation-id" and plugin.config.get("generator") == "tracker"
            for plugin in configuration.plugins
        )

    def _route(self, listed: Configuration) -> None:
        self.configuration = listed
        """What the Admin API lists."""
        served = listed if self.behaviour.really else self._given
        self.router = Router(served)
        self.chains = Chains(served, self.worker)
        self._counted.clear()
        self.beginnings.clear()

    def close(self) -> None:
        """Check nobody's health any more, and leave every Redis."""
        self.balancer.close()
        self.stores.close()

    def reload(self, declarative: str) -> None:
        """Serve this declarative file; nothing but white space empties the node. Raises DeclarativeError."""
        self.serve(load(declarative, loaded_at=time.time()) if declarative.strip() else EMPTY)

    def settle_soon(self, turn: Turn) -> None:
        """Let a request count once it is on its way, as Kong's timer without delay does."""
        if delay := self.behaviour.count_delay:
            self._uncounted.append((self._loop.time() + delay, turn))
            self._loop.call_later(delay, self.settle_due)
        else:
            self._loop.call_soon(turn.settle)

    def settle_due(self) -> None:
        """Count what the delay is over for: before a request is decided, too, however late the timer is."""
        now = self._loop.time() + _TIMERS
        while self._uncounted and self._uncounted[0][0] <= now:
            self._uncounted.popleft()[1].settle()

    def counted(self, match: Match | None) -> Counted | None:
        """How answers of this route are counted for /metrics; None where they are not."""
        if match is None or match.service is None:
            return None
        route = match.route.id
        if route not in self._counted:
            measured = self.chains.of(match).prometheus
            name = match.service.name or match.service.host
            self._counted[route] = (name, match.route.name or route, measured) if measured != OFF else None
        return self._counted[route]

    def tracker(self, request: Request) -> str:
        """What correlation-id's generator `tracker` makes of a request; empty where no plugin has it."""
        if not self._tracked:
            return ""
        address, port = request.local
        return f"{address}-{port}-{self.pid}-{request.client[1]}-{self.requests}"
