"""What the checks look at: each observable of an environment is built in one place, so that they share it."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from atalaia.environment import Environment, Url
from atalaia.environment.endpoints import MONITORING, PROBES_PUSHGATEWAY, endpoints
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Connect, Handshake, HttpRequest, HttpSequence, Lookup
from atalaia.systems.limits import front_costs, gateway_costs
from atalaia.systems.postgres.model import PostgresLogin
from atalaia.systems.redis.model import RedisLogin

LATENCY_SAMPLES = 3


def hop_of(environment: Environment, endpoint: str) -> Hop:
    """The hop that an endpoint belongs to."""
    if endpoint in environment.services:
        return Hop.SERVICE
    if endpoint.startswith("load-balancer"):
        return Hop.LOAD_BALANCER
    if endpoint in {"postgres", "redis"}:
        return Hop.STORE
    monitoring = {*MONITORING, PROBES_PUSHGATEWAY, *environment.metrics.exporters}
    return Hop.MONITORING if endpoint in monitoring else Hop.GATEWAY


def lookup(environment: Environment, endpoint: str) -> Lookup:
    """Resolve an endpoint's host."""
    host = endpoints(environment)[endpoint].host
    return Lookup(key=f"dns {host}", hop=hop_of(environment, endpoint), host=host)


def connection(environment: Environment, endpoint: str) -> Connect:
    """Open a TCP connection to an endpoint."""
    url = endpoints(environment)[endpoint]
    return Connect(key=f"tcp {url.host} {url.port}", hop=hop_of(environment, endpoint), url=bare(url))


def handshake(environment: Environment, endpoint: str) -> Handshake:
    """Shake hands with a TLS endpoint."""
    url = endpoints(environment)[endpoint]
    return Handshake(key=f"tls {url.host} {url.port}", hop=hop_of(environment, endpoint), url=bare(url))


def get(environment: Environment, endpoint: str, path: str) -> HttpRequest:
    """GET a path of an endpoint, below the endpoint's own path."""
    url = endpoints(environment)[endpoint]
    return HttpRequest(
        key=f"GET {endpoint} {path}", hop=hop_of(environment, endpoint), url=url, target=url.path + path
    )


def health(environment: Environment, service: str) -> HttpRequest:
    """A service's health document, straight from the service."""
    path = environment.services[service].health
    assert path is not None, "the check's targets have one"
    return get(environment, service, path)


def health_samples(environment: Environment, service: str) -> HttpSequence:
    """A service's health document a few times in a row, nothing else of ours under way."""
    request = health(environment, service)
    steps = tuple(
        request.model_copy(update={"key": f"{request.key} #{n + 1}"}) for n in range(LATENCY_SAMPLES)
    )
    limit = environment.services[service].response_time or environment.slo.latency_p95
    within = limit.total_seconds() if limit else None
    key = f"{request.key} x{LATENCY_SAMPLES}"
    return HttpSequence(key=key, hop=request.hop, steps=steps, within=within)


def through_gateway(environment: Environment, node: str, path: str) -> HttpRequest:
    """GET a path through one node of the gateway."""
    request = get(environment, f"{node}-proxy", path)
    return request.model_copy(update={"costs": gateway_costs(environment, path)})


def through_front(environment: Environment, path: str, front: str = "load-balancer") -> HttpRequest:
    """GET a path through the public front: the plain one, or `load-balancer-tls`."""
    request = get(environment, front, path)
    return request.model_copy(update={"costs": front_costs(environment, path)})


def statistics(environment: Environment, *, credentials: bool = True) -> HttpRequest:
    """The load balancer's statistics as CSV, with the declared credentials or as anybody."""
    balancer = environment.load_balancer
    assert balancer is not None, "the check's targets have one"
    assert balancer.stats is not None, "the check's targets have them"
    stats = balancer.stats
    target = (stats.url.path or "/") + (f"?{stats.url.query}" if stats.url.query else "") + ";csv"
    password = stats.password or (SecretStr(stats.url.password) if stats.url.password else None)
    return HttpRequest(
        key=f"GET load-balancer-stats {stats.url.path or '/'} as {'declared' if credentials else 'anybody'}",
        hop=Hop.LOAD_BALANCER,
        url=bare(stats.url),
        target=target,
        username=(stats.username or stats.url.username or None) if credentials else None,
        password=password if credentials else None,
    )


def spread(environment: Environment, backend: str, path: str, requests: int) -> HttpSequence:
    """The statistics, so many requests through the front to one backend, and the statistics again."""
    before, request = statistics(environment), through_front(environment, path)
    steps = (before, *(request for _ in range(requests)), before)
    steps = tuple(
        step.model_copy(update={"key": f"{step.key} #{n}", "costs": ()}) for n, step in enumerate(steps)
    )
    costs = tuple(replace(cost, requests=cost.requests * requests) for cost in request.costs)
    return HttpSequence(
        key=f"spread {backend} {path} x{requests}", hop=Hop.LOAD_BALANCER, steps=steps, costs=costs
    )


def postgres_session(environment: Environment) -> PostgresLogin:
    """A session with PostgreSQL as the declared role."""
    store = environment.stores.postgres
    assert store is not None, "the check's targets have it"
    return PostgresLogin(key="postgres session", hop=Hop.STORE, url=store.dsn, password=store.password)


def redis_session(environment: Environment) -> RedisLogin:
    """A session with Redis, first anonymous, then with the declared credentials."""
    store = environment.stores.redis
    assert store is not None, "the check's targets have it"
    return RedisLogin(key="redis session", hop=Hop.STORE, url=store.url, password=store.password)


def bare(url: Url) -> Url:
    """The address without its credentials and its query."""
    return replace(url, username="", password="", query="", raw=str(url))
