"""One node: the configuration that it serves, and what it counts."""

from __future__ import annotations

import os
import time
from collections import Counter
from uuid import uuid4

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.entities import EMPTY, Configuration
from atalaia.systems.kong.forwarding import TrustedIps
from atalaia.systems.kong.routing import Match, Router
from sandbox.standins.config import KongConfig
from sandbox.standins.kong.balancer import Balancer


class Node:
    """What the three listeners of a node share."""

    def __init__(self, config: KongConfig) -> None:
        self.config = config
        self.version = f"{config.version}-atalaia-stand-in"
        self.server = f"kong/{self.version}"
        self.id = str(uuid4())
        self.pid = os.getpid()
        self.trusted = TrustedIps(config.trusted_ips)
        self.requests = 0
        self.ready = True
        """Whether the workers have built router and plugins; a fault can say that they never do."""
        self.workers_ready = True
        """Whether every worker has built its router; a fault says no."""
        self.codes: Counter[tuple[str, str, int, str]] = Counter()
        """Answers by (service, route, status, who answered: `service` or `kong`)."""
        self.serve(EMPTY)

    def serve(self, configuration: Configuration) -> None:
        """Switch to a configuration; requests under way finish with the one they began with."""
        self.configuration = configuration
        self.router = Router(configuration)
        self.balancer = Balancer(configuration, self.config.names)
        self.counts_codes = any(
            plugin.name == "prometheus" and plugin.enabled and plugin.config.get("status_code_metrics")
            for plugin in configuration.plugins
        )

    def reload(self, declarative: str) -> None:
        """Serve this declarative file; nothing but white space empties the node. Raises DeclarativeError."""
        self.serve(load(declarative, loaded_at=int(time.time())) if declarative.strip() else EMPTY)

    def count(self, match: Match | None, status: int, source: str) -> None:
        """Count an answer for /metrics, where the configuration asks for it."""
        if self.counts_codes and match is not None and match.service is not None:
            self.codes[match.service.name, match.route.name, status, source] += 1
