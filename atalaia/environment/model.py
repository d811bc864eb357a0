"""The environment: one stack under test, described once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, PrivateAttr, SecretStr

from atalaia.environment.authentication import Authentication
from atalaia.environment.base import Name, Section
from atalaia.environment.gateway import CorsPolicy, Gateway, Route, RouteClass
from atalaia.environment.load_balancer import LoadBalancer
from atalaia.environment.monitoring import Alertmanager, Grafana, Probes, Prometheus, Pushgateway
from atalaia.environment.policy import (
    Accepted,
    Allow,
    Client,
    Deadlines,
    Effect,
    Flapping,
    Load,
    Safety,
    Slo,
    Tls,
)
from atalaia.environment.services import Service
from atalaia.environment.stores import Stores
from atalaia.environment.url import Url

_SHARE = {Safety.PRODUCTION: 0.1, Safety.STAGING: 0.5, Safety.SANDBOX: 1.0}


class Environment(Section):
    """A stack under test: its intent, its files, and what may be done to it."""

    name: Name
    safety: Safety = Safety.PRODUCTION
    allow: Allow = Allow()
    client: Client = Client()
    deadlines: Deadlines = Deadlines()
    hosts: dict[str, str] = {}
    """Names resolved here instead of by DNS: host → IP address."""
    tls: Tls = Tls()
    services: dict[Name, Service] = {}
    gateway: Gateway | None = None
    route_classes: dict[Name, RouteClass] = {}
    routes: tuple[Route, ...] = ()
    cors: dict[Name, CorsPolicy] = {}
    authentication: dict[Name, Authentication] = {}
    load_balancer: LoadBalancer | None = None
    flapping: Flapping = Flapping()
    stores: Stores = Stores()
    prometheus: Prometheus | None = None
    alertmanager: Alertmanager | None = None
    grafana: Grafana | None = None
    pushgateway: Pushgateway | None = None
    slo: Slo = Slo()
    probes: Probes = Probes()
    load: Load = Load()
    accepted: tuple[Accepted, ...] = ()
    stand_ins: Annotated[tuple[str, ...], Field(default=())]
    """Parts of the stack that only stand in for the real thing (the sandbox's); every report says so."""

    _file: Path = PrivateAttr(default=Path())

    @property
    def file(self) -> Path:
        """The file it was loaded from."""
        return self._file

    @property
    def limiter_share(self) -> float:
        """Part of any limiter's budget that a run may use, 0..1."""
        declared = self.allow.limiter_share
        return _SHARE[self.safety] if declared is None else declared

    def allows(self, effect: Effect) -> bool:
        """Whether a check with this effect may run here."""
        if effect is Effect.READS or effect in self.allow.effects:
            return True
        if effect is Effect.SPENDS:
            return self.safety is not Safety.PRODUCTION
        return self.safety is Safety.SANDBOX

    def gateway_nodes(self) -> dict[str, int]:
        """Names of the gateway's nodes and their positions."""
        nodes = self.gateway.nodes if self.gateway else ()
        kind = self.gateway.kind if self.gateway else ""
        return {node.name or f"{kind}-{index + 1}": index for index, node in enumerate(nodes)}

    def secrets(self) -> frozenset[str]:
        """Every secret value of the file, for the redactor."""
        return frozenset(secret for secret in _secrets(self) if secret)


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Url):
        yield from value.secrets
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _secrets(item)
