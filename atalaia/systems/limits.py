"""What a request costs in the limiters that it passes, as the environment declares them.

Buckets are named by the limiter and its key, with the word `client` where the client's address is
part of the key; whoever plans a run puts the address there.
"""

from __future__ import annotations

from atalaia.environment import Environment
from atalaia.environment.gateway import Route, RouteLimit
from atalaia.environment.load_balancer import Backend
from atalaia.environment.remembered import per_environment
from atalaia.exchange.cost import Cost


def front_costs(environment: Environment, path: str, method: str = "GET") -> tuple[Cost, ...]:
    """What a request to the public front costs: the front's limiter, and the gateway's behind it."""
    balancer = environment.load_balancer
    if balancer is None:
        return ()
    costs: tuple[Cost, ...] = ()
    if balancer.limit:
        window = balancer.limit.window.total_seconds()
        # HAProxy's rate is the current period and a weighted part of the one before, so a request
        # weighs for up to two periods.
        costs = (
            Cost(
                bucket="load-balancer client",
                requests=1,
                limit=balancer.limit.requests,
                window=window,
                memory=2 * window,
            ),
        )
    backend = backend_of(environment, path)
    if backend is None or is_gateway(environment, backend[1]):
        costs += gateway_costs(environment, path, method)
    return costs


def gateway_costs(environment: Environment, path: str, method: str = "GET") -> tuple[Cost, ...]:
    """What a request to the gateway costs in the limiter of the route that serves it, per window.

    The environment does not say whether a class's limit hangs on each route or on their service, nor
    whether the nodes count together. One bucket per service and class, for all nodes, never
    understates the cost.
    """
    route = route_of(environment, path, method)
    if route is None or route.route_class is None:
        return ()
    declared = environment.route_classes.get(route.route_class)
    if declared is None or declared.limit is None:
        return ()
    return tuple(
        Cost(
            bucket=f"gateway {route.service} {route.route_class} {window:g}s {_key(declared.limit)}",
            requests=1,
            limit=limit,
            window=window,
        )
        for window, limit in declared.limit.windows
    )


def _key(limit: RouteLimit) -> str:
    """Whom a budget belongs to. Only where it is an address a client of the run's own has one of its own."""
    match limit.by:
        case "address":
            return "client"
        case "header":
            return f"header {limit.header}"
        case "consumer" | "credential":
            return limit.by  # all tokens of a run are one consumer's
    return "everybody"


def route_of(environment: Environment, path: str, method: str = "GET") -> Route | None:
    """The declared route that serves a path: the longest prefix; of equals, the one for this method."""
    path = path.partition("?")[0]
    by_path = _by_path(environment)
    for length in range(len(path), 0, -1):
        serving = [
            route for route in by_path.get(path[:length], ()) if not route.methods or method in route.methods
        ]
        if serving:
            return max(serving, key=lambda route: bool(route.methods))
    return None


@per_environment
def _by_path(environment: Environment) -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for route in environment.routes:
        found.setdefault(route.path, []).append(route)
    return found


def backend_of(environment: Environment, path: str) -> tuple[str, Backend] | None:
    """The declared backend that the load balancer sends a path to: the longest prefix.

    None where no declared path leads there; such a path goes to the default backend.
    """
    balancer = environment.load_balancer
    path = path.partition("?")[0]
    leading = [
        (len(prefix), name, backend)
        for name, backend in (balancer.backends.items() if balancer else ())
        for prefix in backend.paths
        if path.startswith(prefix)
    ]
    return max(leading, key=lambda entry: entry[0])[1:] if leading else None


def is_gateway(environment: Environment, backend: Backend) -> bool:
    """Whether a backend's servers are nodes of the gateway."""
    return any(name in environment.gateway_nodes() for name in backend.servers)
