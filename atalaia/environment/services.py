"""Microservices."""

from atalaia.environment.base import HttpPath, HttpUrl, Name, Section, Text
from atalaia.environment.quantities import PositiveDuration


class Service(Section):
    """A microservice behind the gateway."""

    url: HttpUrl
    """Where the service itself listens, for requests that pass no gateway."""
    health: HttpPath | None = "/health"
    """Path of its health document on the service itself; null where it has none."""
    gateway_health: HttpPath | None = None
    """Path of the same document through the gateway and the load balancer, where it is routed."""
    metrics: HttpPath | None = None
    """Path of its Prometheus metrics on the service itself."""
    depends_on: tuple[Name, ...] = ()
    """Stores and services without which it is unhealthy: their failure blocks its checks."""
    response_time: PositiveDuration | None = None
    """Its health document answers within this time (median of a few); default: the SLO's p95."""
    mark: Text | None = None
    """Value of the response header X-Service that proves who answered; default: the service's name; null
    where it sends none, so that counters have to tell."""
    requests_metric: Text | None = None
    """Counter on `metrics` that counts its requests, health documents and scrapes by a label `route`:
    http_requests_total."""

    @property
    def unmarked(self) -> bool:
        """Whether it is declared to leave no mark on its answers."""
        return self.mark is None and "mark" in self.model_fields_set
