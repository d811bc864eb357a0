"""Which instance of a plugin applies: the most specific one wins, whole; nothing is merged."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.systems.kong.entities import Configuration, Plugin, Route

_ORDER = (
    (True, True, True), (True, False, True), (False, True, True), (True, True, False),
    (False, False, True), (True, False, False), (False, True, False), (False, False, False),
)  # fmt: skip
"""(route, service, consumer), the first match wins: R+S+C, R+C, S+C, R+S, C, R, S, global
(kong/runloop/plugins_iterator.lua, 3.4)."""

Scope = tuple[str | None, str | None, str | None]
"""Ids of route, service and consumer."""


class Scopes:
    """The enabled plugins of a configuration by name and scope; answers many questions fast."""

    def __init__(self, configuration: Configuration) -> None:
        self._by_name: dict[str, dict[Scope, Plugin]] = {}
        for plugin in configuration.plugins:
            if plugin.enabled:
                scope = plugin.route, plugin.service, plugin.consumer
                self._by_name.setdefault(plugin.name, {})[scope] = plugin

    def of(self, route: Route, consumer: str | None = None) -> Mapping[str, Plugin]:
        """Plugin name → the instance that is effective for this route and, once known, consumer (its id).

        A plugin of the route *replaces* the service's of the same name; a disabled one does not count.
        """
        found: dict[str, Plugin] = {}
        for name, instances in self._by_name.items():
            if (plugin := _winner(instances, route, consumer)) is not None:
                found[name] = plugin
        return found

    def without_route(self) -> Mapping[str, Plugin]:
        """The global instances: the only ones whose header filters run on the 404 of no route."""
        everywhere: Scope = (None, None, None)
        return {name: them[everywhere] for name, them in self._by_name.items() if everywhere in them}

    def consumers(self, route: Route) -> frozenset[str]:
        """Ids of the consumers for whom another instance than everybody's may win on this route."""
        routes, services = (None, route.id), (None, route.service)
        return frozenset(
            consumer
            for instances in self._by_name.values()
            for of_route, of_service, consumer in instances
            if consumer is not None and of_route in routes and of_service in services
        )


def _winner(instances: Mapping[Scope, Plugin], route: Route, consumer: str | None) -> Plugin | None:
    for by_route, by_service, by_consumer in _ORDER:
        if (by_consumer and consumer is None) or (by_service and route.service is None):
            continue
        scope = (
            route.id if by_route else None,
            route.service if by_service else None,
            consumer if by_consumer else None,
        )
        if scope in instances:
            return instances[scope]
    return None
