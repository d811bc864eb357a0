"""What a file declares and nothing uses: a service without routes, a route without a service, a plugin
that is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.systems.kong.entities import Configuration, Plugin, Route, Service


def unreachable_services(configuration: Configuration) -> Iterator[Service]:
    """Services that no route leads to, and services that are switched off."""
    used = {route.service for route in configuration.routes}
    return (it for it in configuration.services if it.id not in used or not it.enabled)


def routes_to_nowhere(configuration: Configuration) -> Iterator[Route]:
    """Routes without a service; only a plugin can answer there, else it is 503."""
    return (route for route in configuration.routes if route.service is None)


def disabled_plugins(configuration: Configuration) -> Iterator[Plugin]:
    """Instances that are declared and do nothing."""
    return (plugin for plugin in configuration.plugins if not plugin.enabled)
