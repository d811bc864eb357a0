"""The environment: one stack under test, described once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field, PrivateAttr, SecretStr

from atalaia.environment.authentication import Authentication
from atalaia.environment.base import IpAddress, Name, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.gateway import CorsPolicy, Gateway, Route, RouteClass, SampleRequest
from atalaia.environment.header_profile import HeaderProfile
from atalaia.environment.load_balancer import LoadBalancer
from atalaia.environment.metrics import Metrics
from atalaia.environment.monitoring import Alertmanager, Drill, Grafana, Prometheus, Pushgateway
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
from atalaia.environment.probes import Probe, Probes, Step
from atalaia.environment.services import Service
from atalaia.environment.stores import Stores
from atalaia.environment.tables import Table
from atalaia.environment.url import Url

if TYPE_CHECKING:
    from atalaia.environment.gateway_file import GatewayFile
    from atalaia.environment.monitoring_files import MonitoringFiles

_SHARE = {Safety.PRODUCTION: 0.1, Safety.STAGING: 0.5, Safety.SANDBOX: 1.0}


class Environment(Section):
    """A stack under test: its intent, its files, and what may be done to it."""

    name: Name
    """What reports call it."""
    safety: Safety = Safety.PRODUCTION
    """What kind of stack this is: `sandbox`, `staging` or `production`; decides what may be done to it."""
    allow: Allow = Allow.model_construct()
    """Permission for what `safety` alone would forbid."""
    client: Client = Client.model_construct()
    """How the toolkit appears to the stack."""
    deadlines: Deadlines = Deadlines.model_construct()
    """How long the toolkit waits for any one answer."""
    hosts: Table[Text, IpAddress] = Field(default_factory=empty)
    """Names resolved here instead of by DNS: host → IP address."""
    tls: Tls = Tls.model_construct()
    """What the toolkit trusts, and when it warns."""
    services: Table[Name, Service] = Field(default_factory=empty)
    """The microservices, by name."""
    gateway: Gateway | None = None
    """The API gateway in front of the services."""
    route_classes: Table[Name, RouteClass] = Field(default_factory=empty)
    """What the routes of a class have in common, by the class's name."""
    routes: tuple[Route, ...] = ()
    """The paths that the gateway serves."""
    cors: Table[Name, CorsPolicy] = Field(default_factory=empty)
    """CORS policies, by name."""
    header_profiles: Table[Name, HeaderProfile] = Field(default_factory=empty)
    """Security-header profiles, by name; `api`, `html` and `admin` are there already and may be replaced."""
    authentication: Table[Name, Authentication] = Field(default_factory=empty)
    """Authentication schemes, by name."""
    load_balancer: LoadBalancer | None = None
    """The load balancer in front of it all."""
    flapping: Flapping = Flapping.model_construct()
    """When a server that is up now counts as unstable."""
    stores: Stores = Stores.model_construct()
    """The stores that the services keep their data in."""
    metrics: Metrics = Metrics.model_construct()
    """Pages of metrics."""
    prometheus: Prometheus | None = None
    """The Prometheus server."""
    alertmanager: Alertmanager | None = None
    """The Alertmanager."""
    grafana: Grafana | None = None
    """Grafana."""
    pushgateway: Pushgateway | None = None
    """The Pushgateway."""
    drill: Drill | None = None
    """The fire drill."""
    slo: Slo = Slo.model_construct()
    """Service-level objectives."""
    probes: Probes = Probes.model_construct()
    """The probe runner."""
    load: Load = Load.model_construct()
    """Permission for load tests."""
    accepted: tuple[Accepted, ...] = ()
    """Known defects: shown, and not counted as failures until their day."""
    stand_ins: tuple[Text, ...] = ()
    """Parts of the stack that only stand in for the real thing (the sandbox's); every report says so."""

    _file: Path = PrivateAttr(default=Path())
    _sampled: frozenset[str] = PrivateAttr(default=frozenset())
    _gateway_file: "GatewayFile | None" = PrivateAttr(default=None)
    _monitoring_files: "MonitoringFiles | None" = PrivateAttr(default=None)
    _told: frozenset[str] = PrivateAttr(default=frozenset())

    def loaded_from(
        self,
        file: Path,
        *,
        sampled: frozenset[str],
        gateway_file: "GatewayFile | None" = None,
        monitoring_files: "MonitoringFiles | None" = None,
    ) -> Self:
        """This environment with the file that it was read from, the values of the process's variables
        that went into sample requests, which may be credentials, and the files that it names."""
        copy = self.model_copy()
        copy._file = file
        copy._sampled = sampled
        copy._gateway_file = gateway_file
        copy._monitoring_files = monitoring_files
        return copy

    def completed(self, gateway_file: "GatewayFile | None" = None, **sections: object) -> Self:
        """This environment with sections that it does not declare, told by the gateway itself."""
        copy = self.model_copy(update=sections)
        copy._gateway_file = gateway_file or self._gateway_file
        copy._told = self._told | sections.keys()
        return copy

    @property
    def routes_of_gateway(self) -> bool:
        """Whether the routes are what the gateway serves, because the environment declares none."""
        return "routes" in self._told

    @property
    def gateway_file(self) -> "GatewayFile | None":
        """The gateway's declarative file as it was when the environment was loaded."""
        return self._gateway_file

    @property
    def monitoring_files(self) -> "MonitoringFiles":
        """The monitoring's own files as they were when the environment was loaded."""
        from atalaia.environment.monitoring_files import MonitoringFiles

        return self._monitoring_files or MonitoringFiles()

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
        given = self._gateway_file.secrets() if self._gateway_file else ()
        files = self._monitoring_files.secrets() if self._monitoring_files else ()
        return frozenset(secret for secret in (*_secrets(self), *given, *files) if secret) | self._sampled


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Url):
        yield from value.secrets
    elif isinstance(value, BaseModel):
        if isinstance(value, (SampleRequest, Probe, Step)):
            yield from value.secrets
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _secrets(item)
