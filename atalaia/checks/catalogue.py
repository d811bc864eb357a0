"""Every check there is, by area and by suite."""

from __future__ import annotations

from types import MappingProxyType

from atalaia.checks import (
    addresses,
    balancing,
    certificates,
    exposure,
    gateway,
    load_balancer,
    monitoring,
    service_paths,
    services,
    stores,
)
from atalaia.checks.check import Check

AREAS: MappingProxyType[str, tuple[Check, ...]] = MappingProxyType(
    {
        "Addresses": addresses.CHECKS,
        "Services": services.CHECKS + service_paths.CHECKS,
        "Gateway": gateway.CHECKS,
        "Load balancer": load_balancer.CHECKS + balancing.CHECKS,
        "Exposure": exposure.CHECKS,
        "Certificates": certificates.CHECKS,
        "Stores": stores.CHECKS,
        "Monitoring": monitoring.CHECKS,
    }
)
"""The checks of the connectivity suite by area, in the order in which people read them."""

CONNECTIVITY: tuple[Check, ...] = tuple(check for checks in AREAS.values() for check in checks)

SUITE_CHECKS: MappingProxyType[str, tuple[Check, ...]] = MappingProxyType({"connectivity": CONNECTIVITY})
"""The checks of each suite."""

ALL: tuple[Check, ...] = tuple(dict.fromkeys(check for checks in SUITE_CHECKS.values() for check in checks))


def by_id(check_id: str) -> Check:
    """The check of that id. Raises KeyError."""
    return _BY_ID[check_id]


_BY_ID = {check.id: check for check in ALL}
