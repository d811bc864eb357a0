"""What of a configuration a stand-in cannot do: said when it is loaded, then left out."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.plugins import unmodelled
from sandbox.standins.kong.probing import PROBED
from sandbox.standins.kong.targets import checks


def left_out(configuration: Configuration) -> Iterator[str]:
    """A few words for each thing that a real Kong would do."""
    for name in unmodelled(configuration):
        yield f"plugin {name}"
    for plugin in configuration.plugins:
        if not plugin.enabled or plugin.config.get("policy") != "redis":
            continue
        if plugin.config.get("redis_ssl"):
            yield f"plugin {plugin.name}: Redis over TLS counts as down"
        if plugin.config.get("sync_rate") not in (None, -1):
            yield f"plugin {plugin.name}: with a sync_rate each node counts for itself"
    for service in configuration.services:
        if service.enabled and service.protocol != "http":
            yield f"service {service.name}: {service.protocol} is spoken as plain http"
    for upstream in configuration.upstreams:
        if (algorithm := upstream.document.get("algorithm") or "round-robin") != "round-robin":
            yield f"upstream {upstream.name}: {algorithm} is round-robin"
        found = checks(upstream)
        if (found.healthy_interval or found.unhealthy_interval) and found.active_type not in PROBED:
            yield f"upstream {upstream.name}: no active checks over {found.active_type}"
