"""One node: the configuration that it serves, and what it counts."""

from __future__ import annotations

import os
import time
from collections import Counter
from uuid import uuid4

from atalaia.errors import UsageError
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.entities import EMPTY, Configuration
from atalaia.systems.kong.forwarding import TrustedIps
from atalaia.systems.kong.routing import Match, Router
from sandbox.standins.config import KongConfig
from sandbox.standins.kong.balancer import Balancer
from sandbox.standins.kong.behaviour import HEALTHY, Behaviour
from sandbox.standins.kong.clock import Clock
from sandbox.standins.kong.entities import altered


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
        self.ready = True
        self.codes: Counter[tuple[str, str, int, str]] = Counter()
        """Answers by (service, route, status, who answered: `service` or `kong`)."""
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
        self.balancer = Balancer(configuration, self.config.names)
        self.counts_codes = any(
            plugin.name == "prometheus" and plugin.enabled and plugin.config.get("status_code_metrics")
            for plugin in configuration.plugins
        )

    def _route(self, listed: Configuration) -> None:
        self.configuration = listed
        """What the Admin API lists."""
        self.router = Router(listed if self.behaviour.really else self._given)

    def reload(self, declarative: str) -> None:
        """Serve this declarative file; nothing but white space empties the node. Raises DeclarativeError."""
        self.serve(load(declarative, loaded_at=int(time.time())) if declarative.strip() else EMPTY)

    def count(self, match: Match | None, status: int, source: str) -> None:
        """Count an answer for /metrics, where the configuration asks for it."""
        if self.counts_codes and match is not None and match.service is not None:
            self.codes[match.service.name, match.route.name, status, source] += 1
