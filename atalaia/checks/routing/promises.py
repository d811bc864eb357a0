"""What the environment promises of a path by the classes of its routes: a token, a limit, a CORS policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.configured import given_of
from atalaia.checks.origins import serialised
from atalaia.checks.routes import class_of, policy_of, route, routes, scheme_of
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.systems.kong.below import Paths
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.authenticators import refuses
from atalaia.systems.kong.plugins.windows import windows

_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, eq=False)
class Promise:
    """What a declared route's class promises of every request for it."""

    declared: Declared
    token: bool
    """Whether the gateway refuses who has none."""
    limit: tuple[tuple[float, int], ...]
    """Requests in windows of so many seconds; empty: no limit."""
    origins: frozenset[str] | None
    """The origins that may read the answers; None: no policy."""

    def broken(self, plugins: Mapping[str, Plugin]) -> dict[str, str]:
        """What a route with these plugins does not keep: what it is called → what is there instead."""
        found: dict[str, str] = {}
        if self.token and not refuses(plugins):
            found["token"] = "no plugin asks for a token"  # noqa: S105
        if self.limit and (told := _limiter(plugins.get("rate-limiting"), self.limit)):
            found["limit"] = told
        if self.origins is not None and (told := _cors(plugins.get("cors"), self.origins)):
            found["cors"] = told
        return found

    def plain(self, given: Given) -> frozenset[str]:
        """Ids of the routes that take its requests as they are sampled, by any of its methods."""
        path = self.declared.route.path
        asked = (self.declared.request.target.partition("?")[0], path, f"{path.rstrip('/')}/1")
        methods = self.declared.route.methods or _ALL
        found = (led(given, self.declared, method=method, target=at) for method in methods for at in asked)
        return frozenset(match.route.id for match in found if match is not None)


def _limiter(plugin: Plugin | None, limit: tuple[tuple[float, int], ...]) -> str:
    if plugin is None:
        return "no limiter counts it"
    allowed = {float(window.length): window.limit for window in windows(plugin.config)}
    return "" if allowed == dict(limit) else "its limiter allows another number of requests"


def _cors(plugin: Plugin | None, origins: frozenset[str]) -> str:
    if plugin is None:
        return "no cors plugin works on it"
    if "*" in origins:
        return ""
    others = [one for one in plugin.config.get("origins") or ("*",) if serialised(one) not in origins]
    return f"its cors plugin lets {', '.join(map(str, others))} read the answers" if others else ""


@dataclass(frozen=True)
class Promised:
    """All that is promised, by path; a path that is only known and promises nothing has no promises."""

    file: Given | None
    by_path: Mapping[str, tuple[Promise, ...]]
    paths: Paths

    def of(self, path: str, method: str) -> tuple[Promise, ...]:
        """The promises for a request for exactly this path of them."""
        known = self.by_path.get(path, ())
        fitting = tuple(one for one in known if not (of := one.declared.route.methods) or method in of)
        return fitting or known


@per_environment
def promised(environment: Environment) -> Promised:
    """What the environment promises; paths that the toolkit itself knows to be open are among its paths."""
    found: dict[str, tuple[Promise, ...]] = {path.rstrip("/"): () for path in known_paths(environment)}
    named = routes(environment)
    for target in named if isinstance(named, tuple) else ():
        path = route(environment, target).path.rstrip("/")
        found[path] = (*found.get(path, ()), _promise(environment, target))
    return Promised(given_of(environment), found, Paths(found))


def known_paths(environment: Environment) -> tuple[str, ...]:
    """Paths of the gateway that the environment names beside its routes: documents of health, the echo …"""
    gateway = environment.gateway
    named = (
        *(service.gateway_health for service in environment.services.values()),
        *((gateway.dead_upstream, gateway.echo) if gateway else ()),
    )
    return tuple(path for path in named if path)


def _promise(environment: Environment, target: str) -> Promise:
    scheme, limit = scheme_of(environment, target), class_of(environment, target).limit
    policy = policy_of(environment, target)
    return Promise(
        declared=declared(environment, target),
        token=scheme is not None and scheme.hop == "gateway",
        limit=limit.windows if limit else (),
        origins=frozenset(map(serialised, policy.origins)) if policy else None,
    )
