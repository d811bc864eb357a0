"""Every declared address, by the name that targets carry."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.environment.model import Environment
from atalaia.environment.remembered import per_environment
from atalaia.environment.url import Url


@per_environment
def endpoints(environment: Environment) -> dict[str, Url]:
    """Name → address of everything that the environment declares, in the file's order.

    Services carry their own names; the rest: kong-1-proxy, kong-1-admin, kong-1-status,
    load-balancer, load-balancer-tls, load-balancer-stats, postgres, redis, exporters
    by their own names, prometheus, alertmanager, grafana, pushgateway, probes-pushgateway (where it
    is another one).
    """
    return dict(_endpoints(environment))


def _endpoints(environment: Environment) -> Iterator[tuple[str, Url]]:
    for name, service in environment.services.items():
        yield name, service.url
    if environment.gateway:
        for name, index in environment.gateway_nodes().items():
            node = environment.gateway.nodes[index]
            yield f"{name}-proxy", node.proxy
            yield f"{name}-admin", node.admin
            if node.status:
                yield f"{name}-status", node.status
        if environment.gateway.manager:
            yield "kong-manager", environment.gateway.manager
    if balancer := environment.load_balancer:
        yield "load-balancer", balancer.url
        if balancer.tls_url:
            yield "load-balancer-tls", balancer.tls_url
        if balancer.stats:
            yield "load-balancer-stats", balancer.stats.url
    if environment.stores.postgres:
        yield "postgres", environment.stores.postgres.dsn
    if environment.stores.redis:
        yield "redis", environment.stores.redis.url
    for name, exporter in environment.metrics.exporters.items():
        yield name, exporter.url
    for name in MONITORING:
        if system := getattr(environment, name):
            yield name, system.url
    pushed = environment.probes.pushgateway
    if pushed and not (environment.pushgateway and environment.pushgateway.url.origin == pushed.origin):
        yield PROBES_PUSHGATEWAY, pushed


PROBES_PUSHGATEWAY = "probes-pushgateway"
"""Where probes push to, if that is another one than the stack's own."""

MONITORING = ("prometheus", "alertmanager", "grafana", "pushgateway")
