"""Error answers that are provoked without disturbing anything, for whoever judges error answers."""

from __future__ import annotations

from atalaia.checks.observables import get
from atalaia.checks.routes import FRONT, costs_at, first_node, policy_of, routes, sample, scheme_of
from atalaia.environment import Environment
from atalaia.exchange.observable import HttpRequest

_LEEWAY = 1.0
"""Seconds for the way, beyond what the gateway may wait for an upstream."""
UNKNOWN = "/api/v1/atalaia-asks-for-nothing"
"""A path that no route takes, below one that fronts send to the gateway."""
_NOWHERE = "/atalaia-asks-for-nothing"


def unknown_path(environment: Environment, endpoint: str | None = None) -> HttpRequest:
    """A path that nobody serves, asked for by an allowed origin, at a gateway node or the front: a 404."""
    chosen = endpoint or first_node(environment)
    return _with_origin(environment, get(environment, chosen, UNKNOWN), chosen, UNKNOWN)


def nowhere(environment: Environment, front: str) -> HttpRequest:
    """A path that leads to no backend: the front answers it itself, unless it has a default one."""
    return _with_origin(environment, get(environment, front, _NOWHERE), front, _NOWHERE)


def without_token(environment: Environment, target: str, endpoint: str | None = None) -> HttpRequest | None:
    """A route's sample without its token: a 401. None where the route asks for none."""
    if scheme_of(environment, target) is None:
        return None
    return sample(environment, target, token=False, client="refused", endpoint=endpoint)


def dead_upstream(environment: Environment, endpoint: str | None = None) -> HttpRequest | None:
    """The declared dead route of the gateway, or of the front with `endpoint=FRONT`: a 502 or 503."""
    front = (endpoint or "").startswith(FRONT)
    section = environment.load_balancer if front else environment.gateway
    if section is None or section.dead_upstream is None:
        return None
    chosen = endpoint or first_node(environment)
    request = get(environment, chosen, section.dead_upstream)
    if not front and environment.gateway and environment.gateway.upstream_timeout:
        # A dead upstream may also take requests and never answer: then the gateway has to say so.
        limit = environment.gateway.upstream_timeout.total_seconds()
        request = request.model_copy(update={"patience": limit + _LEEWAY})
    return _with_origin(environment, request, chosen, section.dead_upstream)


def allowed_origin(environment: Environment) -> str | None:
    """The first origin that any route's policy allows by name."""
    named = routes(environment)
    for target in named if isinstance(named, tuple) else ():
        policy = policy_of(environment, target)
        if policy and (found := next((origin for origin in policy.origins if origin != "*"), None)):
            return found
    return None


def _with_origin(environment: Environment, request: HttpRequest, endpoint: str, path: str) -> HttpRequest:
    origin = allowed_origin(environment)
    return request.model_copy(
        update={
            "key": f"{request.key} (origin: {origin or 'none'})",
            "headers": (("Origin", origin),) if origin else (),
            "costs": costs_at(environment, endpoint, path),
        }
    )
