"""Every check there is, by area and by suite."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from atalaia.checks import (
    addresses,
    authentication,
    balancing,
    certificates,
    cors,
    drill,
    exposure,
    gateway,
    headers,
    load_balancer,
    monitoring,
    rate_limits,
    routing,
    service_paths,
    services,
    stores,
)
from atalaia.checks.check import Check
from atalaia.checks.metrics import alerting, configuration, dashboards, exposition, loop, rules, scraping

_CONNECTIVITY = {
    "Addresses": addresses.CHECKS,
    "Services": services.CHECKS + service_paths.CHECKS,
    "Gateway": gateway.CHECKS,
    "Load balancer": load_balancer.CHECKS + balancing.CHECKS,
    "Exposure": exposure.CHECKS,
    "Certificates": certificates.CHECKS,
    "Stores": stores.CHECKS,
    "Monitoring": monitoring.CHECKS,
}
_GATEWAY = {
    "Routing": routing.CHECKS,
    "Rate limits": rate_limits.CHECKS,
    "CORS": cors.CHECKS,
    "Security headers": headers.CHECKS,
    "Authentication": authentication.CHECKS,
}
_METRICS = {
    "Pages of metrics": exposition.CHECKS,
    "Scraping": scraping.CHECKS + configuration.CHECKS,
    "The loop": loop.CHECKS,
    "Rules": rules.CHECKS,
    "Alerting": alerting.CHECKS,
    "Dashboards": dashboards.CHECKS,
}
_DRILL = {"Fire drill": drill.CHECKS}

AREAS: MappingProxyType[str, tuple[Check, ...]] = MappingProxyType(
    _CONNECTIVITY | _GATEWAY | _METRICS | _DRILL
)
"""The checks by area, in the order in which people read them."""


def _all(areas: Iterable[tuple[Check, ...]]) -> tuple[Check, ...]:
    return tuple(check for checks in areas for check in checks)


CONNECTIVITY: tuple[Check, ...] = _all(_CONNECTIVITY.values())
GATEWAY: tuple[Check, ...] = _all(_GATEWAY.values())
METRICS: tuple[Check, ...] = _all(_METRICS.values())
DRILL: tuple[Check, ...] = _all(_DRILL.values())

SUITE_CHECKS: MappingProxyType[str, tuple[Check, ...]] = MappingProxyType(
    {
        "connectivity": CONNECTIVITY,
        "gateway": GATEWAY,
        "routing": routing.CHECKS,
        "rate-limit": rate_limits.CHECKS,
        "cors": cors.CHECKS,
        "security-headers": headers.CHECKS,
        "authentication": authentication.CHECKS,
        "metrics": METRICS,
        "metrics-collection": exposition.CHECKS + scraping.CHECKS + configuration.CHECKS + loop.CHECKS,
        "alerting": rules.CHECKS + alerting.CHECKS,
        "dashboards": dashboards.CHECKS,
        "drill": DRILL,
    }
)
"""The checks of each suite; `gateway` is the five that follow it, `metrics` the three."""

ALL: tuple[Check, ...] = tuple(dict.fromkeys(check for checks in SUITE_CHECKS.values() for check in checks))


def by_id(check_id: str) -> Check:
    """The check of that id. Raises KeyError."""
    return _BY_ID[check_id]


_BY_ID = {check.id: check for check in ALL}
