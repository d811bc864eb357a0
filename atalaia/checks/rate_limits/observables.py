"""What the rate-limit checks look at: one measurement a limiter, shared by all that judge it.

A measurement is sent by a client of its own, so that it uses up nobody's budget where budgets hang on
addresses; straight to the gateway's nodes in turn, because the front's limiter would come first.
"""

from __future__ import annotations

from dataclasses import replace
from math import lcm

from atalaia.checks.observables import get, through_front
from atalaia.checks.origins import mutations
from atalaia.checks.rate_limits.promise import counts_late
from atalaia.checks.rate_limits.targets import LONGEST, front, limit_of, limited_routes, shortest
from atalaia.checks.routes import FRONT, policy_of, route, sample, service_of
from atalaia.environment import Environment
from atalaia.environment.gateway import RouteLimit
from atalaia.environment.remembered import per_environment
from atalaia.exchange.cost import Cost
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.systems.limiter.model import LimiterMeasurement
from atalaia.systems.limiter.recovery import LimiterRecovery
from atalaia.systems.limits import front_costs, gateway_costs

LOOKS = 3
"""Requests to a limiter whose shortest window is too long to be used up."""
FORGED = (
    "X-Forwarded-For", "X-Real-IP", "X-Client-IP", "X-Originating-IP", "True-Client-IP", "CF-Connecting-IP"
)  # fmt: skip
"""Headers in which proxies tell a client's address; anybody can write them."""
AT_ONCE = 20
"""Requests under way at a time in a burst."""
TURNS = 3
"""Requests of each of two clients."""
PAUSE = 0.05
"""Seconds after a request to a limiter that counts it later: Kong does so in a timer without delay, which
a busy worker runs when it comes to it."""
_FRONT_EXTRA = 3
_FRONT_AT_ONCE = 4
"""HAProxy counts before it decides, so that its count is exact however many come at once; and its window may
be short for what the way through it takes."""


def measured(environment: Environment, target: str) -> LimiterMeasurement:
    """The measurement of a route's limiter, or of the front's (target FRONT).

    Its requests carry the allowed origin and its twelve mutations in turn, a good token where the route
    wants one, and go to all nodes in turn that count together; after the first denial each origin is
    denied once.
    """
    return _measurements(environment)[target]


@per_environment
def _measurements(environment: Environment) -> dict[str, LimiterMeasurement]:
    routes, fronts = limited_routes(environment), front(environment)
    return {
        **{
            target: _of_route(environment, target) for target in (routes if isinstance(routes, tuple) else ())
        },
        **{target: front_measured(environment) for target in (fronts if isinstance(fronts, tuple) else ())},
    }


def recovered(environment: Environment, target: str) -> LimiterRecovery:
    """One request of the same client when the limiter must let it pass again."""
    measurement = measured(environment, target)
    first = measurement.requests[0]
    return LimiterRecovery(
        **{name: getattr(first, name) for name in HttpRequest.model_fields}
        | {
            "key": f"recovery of the {measurement.key}",
            "after": measurement,
            "last": measurement.last,
            "costs": tuple(replace(cost, requests=1) for cost in measurement.costs),
        },
        limit=measurement.limit,
        window=measurement.window,
        sliding=target == FRONT,
    )


def burst(environment: Environment, target: str) -> LimiterMeasurement:
    """More requests at once than a route's limiter allows, as a client of its own.

    To all nodes where they count together, else to the first: each has a budget of its own.
    """
    limit = limit_of(environment, target)
    window, allowed = shortest(limit)
    client = f"burst {target}"
    requests = tuple(
        sample(environment, target, endpoint=node, client=client) for node in _nodes(environment, limit)
    )
    most = allowed + max(allowed, AT_ONCE)
    return LimiterMeasurement(
        key=f"burst at {target}",
        hop=requests[0].hop,
        client=client,
        requests=requests,
        limit=allowed,
        window=window,
        most=most,
        at_once=min(AT_ONCE, most),
        stops=False,
        costs=_all_of(gateway_costs(environment, requests[0].target, requests[0].method), 2 * most),
    )


def identities(environment: Environment, target: str) -> HttpSequence:
    """Two clients in turn through the front, three requests each."""
    clients = tuple(f"identity {number} {target}" for number in (1, 2))
    one = sample(environment, target, endpoint=FRONT)
    steps = tuple(
        one.model_copy(update={"key": f"{one.key} of {client} #{turn}", "client": client, "costs": ()})
        for turn in range(TURNS)
        for client in clients
    )
    costs = tuple(replace(cost, requests=TURNS, client=client) for client in clients for cost in one.costs)
    return HttpSequence(
        key=f"two clients of {target}",
        hop=one.hop,
        steps=steps,
        pause=PAUSE if counts_late(environment, target) else 0.0,
        costs=costs,
    )


def _of_route(environment: Environment, target: str) -> LimiterMeasurement:
    limit = limit_of(environment, target)
    window, most_allowed = shortest(limit)
    client = f"limiter {target}"
    nodes = _nodes(environment, limit)
    origins = _origins(environment, target)
    requests = tuple(
        sample(
            environment,
            target,
            endpoint=nodes[turn % len(nodes)],
            client=client,
            origin=origins[turn % len(origins)],
            headers=((limit.header, f"atalaia {client}"),) if limit.header else (),
        )
        for turn in range(lcm(len(nodes), len(origins)))
    )
    looks_only = window > LONGEST
    # Within less than a window at most one new one begins: of twice as many requests more than the limit
    # fall into the same one, and each node alone has had more than it may let pass.
    most = LOOKS if looks_only else 2 * most_allowed * len(nodes) + 2
    extra = max(len(nodes), len(origins)) - 1
    forged = () if looks_only else tuple(_forged(requests[at], at) for at in range(len(nodes)))
    declared = service_of(environment, target)
    counter = (
        get(environment, route(environment, target).service, declared.metrics)
        if declared and declared.metrics and declared.requests_metric
        else None
    )
    return LimiterMeasurement(
        key=f"limiter of {target}",
        hop=requests[0].hop,
        client=client,
        pause=min(PAUSE, window / 2 / most_allowed) if counts_late(environment, target) else 0.0,
        requests=requests,
        limit=most_allowed,
        window=window,
        extra=extra,
        most=most,
        forged=forged,
        counter=counter,
        counter_metric=(declared.requests_metric if declared else None) or "",
        uncounted=tuple(path for path in (declared.health, declared.metrics) if path) if declared else (),
        costs=_all_of(gateway_costs(environment, requests[0].target, requests[0].method), most + extra + 3),
    )


def front_measured(environment: Environment) -> LimiterMeasurement:
    """The measurement of the load balancer's limiter, at a path that no other limiter is behind.

    Taken when all else has been, because what it uses up is another's too where addresses are few.
    """
    balancer = environment.load_balancer
    assert balancer is not None, "the check's targets have one"
    assert balancer.limit is not None, "the check's targets have a limiter"
    path = cheap_path(environment)
    plain = through_front(environment, path).model_copy(
        update={"client": "front-limiter", "costs": (), "key": f"GET {FRONT} {path} as front-limiter"}
    )
    origin = next((policy.origins[0] for policy in environment.cors.values()), None)
    if origin and origin != "*":
        plain = plain.model_copy(update={"headers": (("Origin", origin),)})
    most = 2 * balancer.limit.requests + 2
    return LimiterMeasurement(
        key="limiter of the load balancer",
        hop=plain.hop,
        client="front-limiter",
        last=True,
        requests=(plain,),
        limit=balancer.limit.requests,
        window=balancer.limit.window.total_seconds(),
        extra=_FRONT_EXTRA,
        most=most,
        forged=(_forged(plain, 0), _forged(plain, 1)),
        at_once=_FRONT_AT_ONCE,
        aligned=False,
        costs=_all_of(front_costs(environment, path), most + _FRONT_EXTRA + 3),
    )


def cheap_path(environment: Environment) -> str:
    """A path of the front without another limiter behind it, that costs the stack little."""
    balancer = environment.load_balancer
    assert balancer is not None, "the check's targets have one"
    paths = [service.gateway_health for service in environment.services.values()]
    known = [path for path in (*paths, balancer.dead_upstream) if path]
    return next((path for path in known if not gateway_costs(environment, path)), "/")


def _nodes(environment: Environment, limit: RouteLimit) -> tuple[str, ...]:
    """Where a client's requests go: to every node where they count together, else to the first."""
    nodes = tuple(f"{name}-proxy" for name in environment.gateway_nodes())
    return nodes if limit.shared else nodes[:1]


def _origins(environment: Environment, target: str) -> tuple[str | None, ...]:
    """The allowed origin first, then those that only look like it."""
    policy = policy_of(environment, target)
    allowed = next((origin for origin in policy.origins if origin != "*"), None) if policy else None
    return (allowed, *mutations(allowed)) if allowed else (None,)


def _forged(request: HttpRequest, number: int) -> HttpRequest:
    """The request as if it came from elsewhere: addresses for documentation (RFC 5737)."""
    address = f"203.0.113.{number + 1}"
    claims = (*((name, address) for name in FORGED), ("Forwarded", f"for={address}"))
    kept = tuple(header for header in request.headers if header[0] not in dict(claims))
    return request.model_copy(update={"key": f"{request.key} as {address}", "headers": (*kept, *claims)})


def _all_of(costs: tuple[Cost, ...], requests: int) -> tuple[Cost, ...]:
    """Costs of a measurement: it means to use up the first, outermost and shortest, and spends of others."""
    return tuple(
        replace(cost, requests=requests, exhausts=number == 0 and cost.window <= LONGEST)
        for number, cost in enumerate(costs)
    )
