"""What HAProxy's words mean."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from atalaia.systems.haproxy.statistics import Server


class CheckLayer(StrEnum):
    """How deep the last successful health check looked."""

    NONE = "no check"
    CONNECTION = "a TCP connection"
    HANDSHAKE = "a TLS handshake"
    APPLICATION = "the application's answer"
    UNKNOWN = "unknown"
    """The last check failed early or has not ended, so that its depth cannot be seen."""


def check_layer(server: Server) -> CheckLayer:
    """The depth of a server's health check.

    Only a result that says OK tells it: a check of the application, too, fails with L4CON where
    nothing listens. An external program (PROCOK) counts as a look at the application.
    """
    if not server.checked:
        return CheckLayer.NONE
    status = server.check_status
    if status.startswith("L7") or status in {"PROCOK", "PROCERR"}:
        return CheckLayer.APPLICATION
    return {"L4OK": CheckLayer.CONNECTION, "L6OK": CheckLayer.HANDSHAKE}.get(status, CheckLayer.UNKNOWN)


def flaps(server: Server, transitions: int, within: float) -> bool:
    """Whether a server went down that often, and changed in the last `within` seconds."""
    return server.times_down >= transitions and server.since_change <= within


def fair_shares(weights: Mapping[str, int], requests: int) -> dict[str, float]:
    """How many of so many requests each server is due under round robin, by its weight."""
    total = sum(weights.values())
    return {name: requests * weight / total if total else 0.0 for name, weight in weights.items()}


def is_statistics_page(status: int, authenticate: str, body: bytes) -> bool:
    """Whether an answer is the statistics page, or its prompt for a password."""
    if status == 401:
        return "HAProxy Statistics" in authenticate
    return b"<title>Statistics Report for HAProxy" in body[:2000] or body.startswith(b"# pxname,")
