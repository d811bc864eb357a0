"""prometheus: which of its groups of metrics are on. All of them are off by default since 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.systems.kong.entities import Configuration, Plugin


@dataclass(frozen=True, slots=True)
class Groups:
    """What is measured of a request; the connections, memory and node_info of /metrics are always there."""

    status_codes: bool = False
    """kong_http_requests_total"""
    latency: bool = False
    """kong_{kong,upstream,request}_latency_ms"""
    bandwidth: bool = False
    """kong_bandwidth_bytes"""
    per_consumer: bool = False
    """Whether the label `consumer` is filled."""


OFF = Groups()


def groups(effective: Mapping[str, Plugin]) -> Groups:
    """What is measured where these plugins are effective. Requests without a service never are."""
    plugin = effective.get("prometheus")
    if plugin is None:
        return OFF
    config = plugin.config
    return Groups(
        status_codes=bool(config.get("status_code_metrics")),
        latency=bool(config.get("latency_metrics")),
        bandwidth=bool(config.get("bandwidth_metrics")),
        per_consumer=bool(config.get("per_consumer")),
    )


def tells_upstream_health(configuration: Configuration) -> bool:
    """Whether /metrics has kong_upstream_target_health: one enabled instance that asks for it is enough."""
    return any(
        plugin.config.get("upstream_health_metrics")
        for plugin in configuration.plugins
        if plugin.name == "prometheus" and plugin.enabled
    )
