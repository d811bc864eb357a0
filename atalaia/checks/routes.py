"""The declared routes as targets, and the requests that exercise them.

`sample` is what most checks of a route look at: one exchange for routing, CORS, headers and tokens.
A check that needs another request names what differs; the key follows, so equal requests are shared.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from atalaia.checks.check import NotDeclared
from atalaia.checks.observables import get
from atalaia.environment import Environment, Safety
from atalaia.environment.authentication import Authentication
from atalaia.environment.gateway import CorsPolicy, Route, RouteClass, SampleRequest
from atalaia.environment.remembered import per_environment
from atalaia.environment.services import Service
from atalaia.exchange.bearer import Bearer, Flaw
from atalaia.exchange.cost import Cost
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import front_costs, gateway_costs

FRONT = "load-balancer"
"""The endpoint that stands for the public front."""


def routes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The names of all declared routes: their paths, and their methods where a path is there twice."""
    if not environment.gateway_nodes():
        return NotDeclared("gateway")
    return tuple(_named(environment)) or NotDeclared("routes")


def route(environment: Environment, target: str) -> Route:
    """The route of that name. Raises KeyError."""
    return _named(environment)[target]


def class_of(environment: Environment, target: str) -> RouteClass:
    """What the route's class declares; nothing where it has none."""
    name = route(environment, target).route_class
    return environment.route_classes[name] if name else RouteClass()


def with_service(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes whose service is declared: what the gateway itself serves may lead to others."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(one for one in named if route(environment, one).service in environment.services)
    return found or NotDeclared("services that the gateway's routes lead to")


def service_of(environment: Environment, target: str) -> Service | None:
    """The declared service of a route."""
    return environment.services.get(route(environment, target).service)


def policy_of(environment: Environment, target: str) -> CorsPolicy | None:
    """The route's CORS policy, if its class has one."""
    name = class_of(environment, target).cors
    return environment.cors[name] if name else None


def scheme_of(environment: Environment, target: str) -> Authentication | None:
    """How clients of the route prove who they are, if its class says that they must."""
    name = class_of(environment, target).authentication
    return environment.authentication[name] if name else None


def first_node(environment: Environment) -> str:
    """The endpoint of the first node's proxy listener: the innermost hop that proves most points."""
    return f"{next(iter(environment.gateway_nodes()))}-proxy"


def path_of(environment: Environment, target: str) -> str:
    """Path and query of the route's sample request."""
    declared = route(environment, target)
    return (declared.sample.path if declared.sample else None) or declared.path


def sendable(environment: Environment, target: str) -> bool:
    """Whether the route's sample may be sent here."""
    return environment.safety is Safety.SANDBOX or sample(environment, target).safe


def first_of_classes(environment: Environment, targets: Iterable[str]) -> tuple[str, ...]:
    """Of these routes one of each class, if there is one then one whose sample may be sent."""
    firsts: dict[str | None, str] = {}
    for target in sorted(targets, key=lambda target: not sendable(environment, target)):
        firsts.setdefault(route(environment, target).route_class, target)
    return tuple(firsts.values())


def sample(
    environment: Environment,
    target: str,
    *,
    endpoint: str | None = None,
    client: str = "",
    method: str | None = None,
    path: str | None = None,
    origin: str | None = "",
    token: bool = True,
    flaw: Flaw | None = None,
    tenant: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpRequest:
    """The route's sample request: with a good token, from an allowed origin, to the first node.

    `endpoint` sends it elsewhere (`kong-2-proxy`, FRONT), as another `client` of the run. `origin` None
    sends no Origin. `token` False leaves the credentials out, `flaw` spoils them; `tenant` is the one
    whose data is asked for where that is not the token's own. Further `headers` replace the sample's.
    """
    declared = route(environment, target)
    asked = declared.sample or SampleRequest()
    chosen, place = endpoint or first_node(environment), path or path_of(environment, target)
    verb = method or asked.method
    given = dict(asked.headers)
    if origin == "":
        policy = policy_of(environment, target)
        origin = next((one for one in policy.origins if one != "*"), None) if policy else None
    if origin is not None:
        given["Origin"] = origin
    scheme = scheme_of(environment, target)
    bearer = bearer_of(scheme, flaw) if scheme and token and "Authorization" not in given else None
    if not token:
        given = {name: value for name, value in given.items() if name.lower() != "authorization"}
    if scheme and scheme.tenant_header and scheme.tenants:
        given[scheme.tenant_header] = tenant or scheme.tenants[0]
    body = None
    if asked.json_body is not None and verb == asked.method:
        body = json.dumps(asked.json_body).encode()
        given = {"Content-Type": "application/json", **given}
    given |= dict(headers)
    differs = [
        f"{name}: {value}"
        for name, value in (
            ("as", client), ("origin", given.get("Origin", "none")), ("token", None if token else "none"),
            ("flaw", flaw and flaw.value), ("tenant", tenant),
            ("with", ", ".join(f"{name}={value}" for name, value in headers) or None),
        )
        if value
    ]  # fmt: skip
    return get(environment, chosen, place).model_copy(
        update={
            "key": f"{verb} {chosen} {place} for {target} ({'; '.join(differs)})",
            "method": verb,
            "harmless": asked.harmless and verb == asked.method,
            "headers": tuple(given.items()),
            "body": body,
            "bearer": bearer,
            "client": client,
            "costs": costs_at(environment, chosen, place, verb),
        }
    )


def preflight(
    environment: Environment,
    target: str,
    origin: str,
    *,
    method: str = "GET",
    headers: tuple[str, ...] = (),
    endpoint: str | None = None,
    client: str = "",
) -> HttpRequest:
    """The preflight of a browser for a request to the route (Fetch, 4.8).

    Free in Kong, whose cors plugin answers before any limiter counts; HAProxy's limiter counts it.
    """
    chosen, place = endpoint or first_node(environment), path_of(environment, target)
    asked = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if headers:
        asked.append(("Access-Control-Request-Headers", ",".join(name.lower() for name in sorted(headers))))
    costs = costs_at(environment, chosen, place, "OPTIONS")
    told = f"{origin}; {method}" + (f"; {', '.join(headers)}" if headers else "")
    return get(environment, chosen, place).model_copy(
        update={
            "key": f"preflight {chosen} {place} for {target} ({told}{f'; as {client}' if client else ''})",
            "method": "OPTIONS",
            "headers": tuple(asked),
            "client": client,
            "costs": tuple(cost for cost in costs if not cost.bucket.startswith("gateway")),
        }
    )


def bearer_of(scheme: Authentication, flaw: Flaw | None = None, tenant: str | None = None) -> Bearer | None:
    """A token of a scheme, for its first tenant unless another is named; None where its secret is not
    declared, so that none can be made."""
    if scheme.secret is None:
        return None
    claims = dict(scheme.claims)
    if scheme.tenant_claim and scheme.tenants:
        claims[scheme.tenant_claim] = tenant or scheme.tenants[0]
    lifetime = scheme.access_token.total_seconds() if scheme.access_token else 900.0
    return Bearer(
        algorithm=scheme.algorithm,
        secret=scheme.secret.get_secret_value(),
        claims=tuple(claims.items()),
        lifetime=lifetime,
        flaw=flaw,
    )


def costs_at(environment: Environment, endpoint: str, path: str, method: str = "GET") -> tuple[Cost, ...]:
    """What a request to this endpoint costs."""
    if endpoint.startswith(FRONT):
        return front_costs(environment, path, method)
    return gateway_costs(environment, path, method)


@per_environment
def _named(environment: Environment) -> dict[str, Route]:
    paths = Counter(declared.path for declared in environment.routes)
    return {
        declared.path
        if paths[declared.path] == 1
        else f"{','.join(declared.methods) or 'any'} {declared.path}": declared
        for declared in environment.routes
    }
