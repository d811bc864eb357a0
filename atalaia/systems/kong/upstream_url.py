"""The request target and the Host header that an upstream sees."""

from __future__ import annotations

from atalaia.systems.kong.entities import Route, Service
from atalaia.systems.kong.paths import escape
from atalaia.systems.kong.routing import Match

_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443}


def prefix(match: Match) -> str | None:
    """What is stripped from the path and told in X-Forwarded-Prefix; None where nothing is."""
    return match.matched if match.route.strip_path and match.matched else None


def upstream_path(match: Match) -> str:
    """The path that the upstream sees, escaped: the service's path joined with the request's."""
    base = (match.service.path if match.service else None) or "/"
    return escape(_join(base, match, _rest(match)))


def upstream_target(match: Match, request_target: str) -> str:
    """The upstream's whole request target: `upstream_path` and the query, an empty `?` kept."""
    _, mark, query = request_target.partition("?")
    return upstream_path(match) + (f"?{query}" if mark else "")


def upstream_host(route: Route, service: Service, request_host: str, hostname: str, port: int) -> str:
    """The Host header: the client's own with preserve_host, else the address that is connected to."""
    if route.preserve_host:
        return request_host
    return hostname if port == _PORTS.get(service.protocol) else f"{hostname}:{port}"


def _rest(match: Match) -> str:
    """What follows the stripped prefix; a leading dot segment cannot climb out of the service's path."""
    if not match.route.strip_path:
        return match.path[1:]
    rest = match.path[len(match.matched) :]
    if rest in (".", ".."):
        return ""
    for dots in ("./", "../"):
        if rest.startswith(dots):
            return rest[len(dots) :]
    return rest


def _join(base: str, match: Match, rest: str) -> str:
    path = match.path
    if not match.route.strip_path:
        if base.endswith("/"):
            return base + path[1:]
        return base if path == "/" else base + path
    if rest:
        return f"{base.removesuffix('/')}/{rest.removeprefix('/')}"
    if base.endswith("/"):
        return base if path.endswith("/") or base == "/" else base[:-1]
    return base + "/" if path.endswith("/") and len(path) > 1 else base
