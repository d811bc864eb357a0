"""Routes that the environment does not declare, told by the gateway's file or its Admin API.

What is taken from there is the intent of that file: the suites then hold the live stack against it. A
file says nothing of what headers are meant; the profile `api` is what an API should have anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from atalaia.environment import Environment
from atalaia.environment.frozen import FrozenDict
from atalaia.environment.gateway import CorsPolicy, Route, RouteClass, RouteLimit
from atalaia.systems.kong import entities
from atalaia.systems.kong.given import Given

_WINDOWS = ("second", "minute", "hour", "day", "month", "year")
_BY = {"ip": "address", "consumer": "consumer", "credential": "credential", "service": "service",
       "path": "path", "header": "header"}  # fmt: skip
_LITERAL = re.compile(r"~(/(?:[\w/~%-]|\\?\.)*)\$?")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?")
_PORTS = {"http": 80, "https": 443}
_SHOWN = 5


def completed(environment: Environment, given: Given | None) -> Environment:
    """The environment with the routes that `given` serves, each with a class of its own.

    Unchanged where it declares routes itself, or where Kong would refuse the file. A route is left out
    where no path can be asked for. One whose service the environment does not declare leads to a service of
    the gateway's name for it: what needs no service is judged of it (`undeclared` says which those are).
    """
    if environment.routes or given is None or given.configuration is None:
        return environment
    configuration = given.configuration
    scopes = given.scopes
    services = {service.id: service for service in configuration.services}
    routes, classes, policies = [], dict(environment.route_classes), dict(environment.cors)
    for number, route in enumerate(configuration.routes):
        service = services.get(route.service or "")
        paths = tuple(dict.fromkeys(_paths(route)))
        if service is None or not paths:
            continue
        name = _service(environment, configuration, service) or _named(service)
        title = f"route-{number + 1}"
        plugins = scopes.of(route)
        if policy := _policy(plugins):
            policies[title] = policy
        classes[title] = RouteClass(
            limit=_limit(plugins),
            headers="api",
            cors=title if policy else None,
            authentication=_scheme(environment) if "jwt" in plugins else None,
        )
        methods = tuple(method for method in route.methods)
        routes += [_route(path, name, methods, title, route) for path in paths]
    return environment.completed(
        routes=_distinct(routes), route_classes=FrozenDict(classes), cors=FrozenDict(policies)
    )


def _route(path: str, service: str, methods: tuple[str, ...], title: str, route: entities.Route) -> Route:
    return Route.model_validate(
        {
            "path": path,
            "service": service,
            "methods": methods,
            "class": title,
            "preserve_host": route.preserve_host,
            "sample": None if not methods or "GET" in methods else {"method": methods[0]},
        },
        strict=False,
    )


def _distinct(routes: list[Route]) -> tuple[Route, ...]:
    """The first of those with the same path and methods."""
    return tuple({(route.path, route.methods): route for route in reversed(routes)}.values())[::-1]


def _paths(route: entities.Route) -> Iterator[str]:
    """Paths that can be asked for: prefixes, and expressions that are hardly any."""
    for path in route.paths:
        if not path.startswith("~"):
            yield path
        elif literal := _LITERAL.fullmatch(path):
            yield literal[1].replace("\\.", ".")


def _service(
    environment: Environment, configuration: entities.Configuration, service: entities.Service
) -> str | None:
    """The declared service behind a service entity: by address, or by name."""
    addresses = {(service.host, service.port)}
    for upstream in configuration.upstreams:
        if upstream.name == service.host:
            addresses |= {
                (host, int(port))
                for target in configuration.targets
                if target.upstream == upstream.id
                for host, _, port in [target.target.rpartition(":")]
                if port.isdigit()
            }
    for name, declared in environment.services.items():
        if (declared.url.host, declared.url.port) in addresses:
            return name
    return service.name if service.name in environment.services else None


def _named(service: entities.Service) -> str:
    """A name for a service that the environment does not declare: its entity's, as names are written here."""
    plain = re.sub(r"[^a-z0-9]+", "-", (service.name or service.host).lower()).strip("-")
    return f"gateway-{plain or 'service'}"[:63].rstrip("-")


def left_out(environment: Environment) -> tuple[str, ...]:
    """What a run tells of completed routes that some checks do not judge; empty where all are judged."""
    if not environment.routes_of_gateway:
        return ()
    strange = [one for one in environment.routes if one.service not in environment.services]
    if not strange:
        return ()
    names = sorted({one.service.removeprefix("gateway-") for one in strange})
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else "")
    return (
        f"{len(strange)} of {len(environment.routes)} routes of the gateway lead to services that are not "
        f"declared ({shown}): whether their own service answers them, and is healthy, is not judged; "
        "`services` would declare them",
    )


def _limit(plugins: Mapping[str, entities.Plugin]) -> RouteLimit | None:
    plugin = plugins.get("rate-limiting")
    config: Mapping[str, Any] = plugin.config if plugin else {}
    windows = {name: int(config[name]) for name in _WINDOWS if config.get(name)}
    if not windows:
        return None
    by = _BY.get(str(config.get("limit_by")), "address")
    if by == "header" and not config.get("header_name"):
        by = "address"
    return RouteLimit.model_validate(
        {
            **windows,
            "by": by,
            "header": config.get("header_name") if by == "header" else None,
            "shared": config.get("policy") != "local",
            "store_failure": None if config.get("policy") == "local" else _failure(config),
        },
        strict=False,
    )


def _failure(config: Mapping[str, Any]) -> str:
    return "open" if config.get("fault_tolerant", True) else "closed"


def _policy(plugins: Mapping[str, entities.Plugin]) -> CorsPolicy | None:
    """The policy of the cors plugin, where it names its origins: an expression names none, and no origins
    at all are `*` (Kong 3.4, kong/plugins/cors/handler.lua)."""
    plugin = plugins.get("cors")
    if plugin is None:
        return None
    config: Mapping[str, Any] = plugin.config
    listed = config.get("origins") or ("*",)
    origins = tuple(one for one in listed if one == "*" or _ORIGIN.fullmatch(one))
    if not origins:
        return None
    return CorsPolicy.model_validate(
        {
            "origins": origins,
            "credentials": bool(config.get("credentials")),
            "methods": tuple(config.get("methods") or ()),
            "headers": tuple(config.get("headers") or ()),
            "exposed_headers": tuple(config.get("exposed_headers") or ()),
        },
        strict=False,
    )


def _scheme(environment: Environment) -> str | None:
    """The declared scheme, where there is only one."""
    names = tuple(environment.authentication)
    return names[0] if len(names) == 1 else None
