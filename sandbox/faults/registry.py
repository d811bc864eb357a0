"""Every fault, by its name."""

from __future__ import annotations

from difflib import get_close_matches

from atalaia.errors import UsageError
from sandbox.faults import (
    addresses,
    alerting,
    certificates,
    cors,
    cors_live,
    dashboards,
    declaration,
    drill,
    exposition,
    exposure,
    forwarding,
    gateway,
    headers,
    load_balancer,
    monitoring,
    places,
    rate_limits,
    routes,
    routing,
    scraping,
    services,
    stores,
    tokens,
    upstreams,
)
from sandbox.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for area in (
        addresses,
        services,
        gateway,
        routing,
        declaration,
        routes,
        forwarding,
        upstreams,
        rate_limits,
        cors,
        cors_live,
        load_balancer,
        exposure,
        certificates,
        stores,
        monitoring,
        headers,
        tokens,
        exposition,
        scraping,
        places,
        alerting,
        dashboards,
        drill,
    )
    for fault in area.FAULTS
}


def fault(name: str) -> Fault:
    """The fault of this name. Raises UsageError, with a near one where there is."""
    if name in FAULTS:
        return FAULTS[name]
    near = get_close_matches(name, FAULTS, n=1)
    hint = f"did you mean {near[0]}?" if near else "`atalaia sandbox faults` lists them"
    raise UsageError(f"there is no fault named {name}", hint=hint)
