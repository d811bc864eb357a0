"""The hops of a stack."""

from __future__ import annotations

from enum import StrEnum


class Hop(StrEnum):
    """A place on the way of a request."""

    CLIENT = "client"
    LOAD_BALANCER = "load balancer"
    GATEWAY = "gateway"
    SERVICE = "service"
    STORE = "store"
    MONITORING = "monitoring"
    UNKNOWN = "unknown"
