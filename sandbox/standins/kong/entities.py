"""Routes that a fault hides or adds, live."""

from __future__ import annotations

from dataclasses import replace

from atalaia.errors import UsageError
from atalaia.systems.kong.declarative import load_document
from atalaia.systems.kong.entities import Configuration, Route
from atalaia.systems.kong.problems import DeclarativeError
from sandbox.standins.kong.behaviour import Added, Behaviour


def altered(configuration: Configuration, behaviour: Behaviour) -> Configuration:
    """The configuration with the route that is hidden left out, and the one that is added; its hash stays,
    as a node's does that was changed behind its file's back. Raises UsageError for what is not there."""
    routes = configuration.routes
    if behaviour.hidden:
        routes = tuple(route for route in routes if route.name != behaviour.hidden)
        if len(routes) == len(configuration.routes):
            raise UsageError(f"no route is called {behaviour.hidden}")
    if behaviour.added is not None:
        routes += (_route(configuration, behaviour.added),)
    return configuration if routes == configuration.routes else replace(configuration, routes=routes)


def _route(configuration: Configuration, added: Added) -> Route:
    service = next((service for service in configuration.services if service.name == added.service), None)
    if service is None:
        raise UsageError(f"no service is called {added.service}")
    document = {"_format_version": "3.0", "routes": [{"name": added.name, "paths": [added.path]}]}
    try:
        (route,) = load_document(document, digest="", loaded_at=0).routes
    except DeclarativeError as refused:
        raise UsageError(f"a route {added.name} with path {added.path} is refused: {refused}") from None
    return replace(route, service=service.id, document={**route.document, "service": {"id": service.id}})
