"""Which requests go the whole way, and who must count them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from urllib.parse import quote

from atalaia.checks.check import NotDeclared
from atalaia.checks.configured import given_of
from atalaia.checks.metrics.asking import from_grafana, from_prometheus, value_of
from atalaia.checks.metrics.rules.given import given
from atalaia.checks.metrics.scraping.scraped import scraped_pages
from atalaia.checks.metrics.scraping.up import probe
from atalaia.checks.routes import FRONT, path_of, route, routes, sample, service_of
from atalaia.environment import Environment, Safety
from atalaia.environment.endpoints import endpoints
from atalaia.environment.metrics_pages import MetricsPage, metrics_pages
from atalaia.environment.remembered import per_environment
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.kong.asked import match_of
from atalaia.systems.kong.request_counter import METRIC, SECONDS_UNTIL_COUNTED
from atalaia.systems.limits import backend_of, gateway_costs
from atalaia.systems.prometheus import targets
from atalaia.systems.prometheus.configuration import read_configuration
from atalaia.systems.prometheus.configuration_defaults import completed
from atalaia.systems.prometheus.durations import seconds
from atalaia.systems.prometheus.figure import Figure, expression
from atalaia.systems.prometheus.loop import Leg, LoopMeasurement, Recording, Source
from atalaia.systems.prometheus.promql import NotPromQL, parse
from atalaia.systems.prometheus.promql.syntax import selectors
from atalaia.systems.prometheus.rules import Rule

_FEWEST = 2
"""Requests for the first service …"""
_NUMBERS = 18
"""… one more for each of the next, so that no service's counter passes for another's; then from the first on
again."""
GATEWAY, BALANCER = "gateway", FRONT
"""The names of the legs that are no service's."""
_CLIENT = "loop"
_SHARE = 2
"""At most one part in so many of what the front's limiter lets the run have."""
_WITHIN = 4 * SECONDS_UNTIL_COUNTED
_SETTLES = 0.1
"""Seconds: a service counts as soon as it has answered."""
_SETTLES_AT_THE_GATEWAY = SECONDS_UNTIL_COUNTED + 0.5
"""A worker that is late, on a machine that is busy, would count for us what came before."""
_SLOWEST = 60.0
"""Seconds; what is evaluated more rarely by default is not waited for."""


@per_environment
def services(environment: Environment) -> dict[str, str]:
    """The services that are asked, and by which route: as many as the front's limiter allows."""
    balancer = environment.load_balancer
    if balancer is None or environment.prometheus is None:
        return {}
    limit = balancer.limit
    allowed = limit.requests * environment.limiter_share / _SHARE if limit else inf
    found: dict[str, str] = {}
    for name, service in environment.services.items():
        number = _number(len(found))
        if not (service.metrics and service.requests_metric):
            continue
        if found and sum(map(_number, range(len(found)))) + number > allowed:
            break
        if chosen := _route_to(environment, name, number):
            found[name] = chosen
    return found


def _number(place: int) -> int:
    """How many requests the service in this place gets."""
    return _FEWEST + place % _NUMBERS


@per_environment
def numbers(environment: Environment) -> dict[str, int]:
    """The services that are asked, and how often."""
    return {name: _number(place) for place, name in enumerate(services(environment))}


def _route_to(environment: Environment, service: str, number: int) -> str | None:
    """A route of the service that can be asked for again and again; rather one that no limiter counts, and
    whose requests monitoring itself does not send."""
    named = routes(environment)
    own = (
        (name for name in named if route(environment, name).service == service)
        if isinstance(named, tuple)
        else ()
    )
    ranked = [(rank, name) for name in own if (rank := _rank(environment, name, number)) is not None]
    return min(ranked, default=(0, None), key=lambda entry: entry[0])[1]


def _rank(environment: Environment, name: str, number: int) -> int | None:
    request = sample(environment, name)
    limits = [cost.limit * environment.limiter_share for cost in gateway_costs(environment, request.target)]
    if request.method != "GET" or any(limit < _SHARE * number for limit in limits):
        return None
    return 2 if _is_health(environment, name) else bool(limits)


def _is_health(environment: Environment, name: str) -> bool:
    """Whether a service counts the route's requests as those for its health document."""
    service = service_of(environment, name)
    health = service.health if service else None
    return bool(health) and path_of(environment, name).partition("?")[0].endswith(health or "")


def asked(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The same as targets."""
    return tuple(services(environment)) or NotDeclared(
        "prometheus, load_balancer, or service with metrics, requests_metric and a route to GET"
    )


def shared(environment: Environment, service: str) -> bool:
    """Whether others ask the service for what we ask it for, so that its count may grow by more."""
    return environment.safety is not Safety.SANDBOX or _is_health(environment, services(environment)[service])


def request_to(environment: Environment, service: str) -> HttpRequest:
    """The request that the service, Kong and HAProxy must count."""
    return sample(environment, services(environment)[service], endpoint=FRONT, client=_CLIENT)


@per_environment
def legs(environment: Environment) -> dict[str, Leg]:
    """Everybody who must count the requests, by name."""
    return {
        leg.name: leg for leg in (*_services(environment), *_gateway(environment), *_balancer(environment))
    }


def _services(environment: Environment) -> Iterator[Leg]:
    pages = metrics_pages(environment)
    for name in services(environment):
        service = environment.services[name]
        health = None if _is_health(environment, services(environment)[name]) else service.health
        uncounted = tuple(filter(None, (health, service.metrics)))
        figure = Figure(service.requests_metric or "", uncounted=uncounted)
        yield _leg(environment, name, (pages[name],), (figure,), numbers(environment)[name])


def _gateway(environment: Environment) -> Iterator[Leg]:
    pages = metrics_pages(environment)
    nodes = [pages.get(f"{node}-status") for node in environment.gateway_nodes()]
    names = services(environment)
    if nodes and all(nodes) and names:
        figures = tuple(
            dict.fromkeys(_of_route(environment, request_to(environment, name)) for name in names)
        )
        found = tuple(page for page in nodes if page)
        yield _leg(environment, GATEWAY, found, figures, sum(numbers(environment).values()))


def _of_route(environment: Environment, request: HttpRequest) -> Figure:
    """What Kong counts of a route; of all where the file does not tell its name."""
    file = given_of(environment)
    match = match_of(file, request, host=endpoints(environment)[FRONT].authority) if file else None
    name = match.route.name if match else None
    return Figure(METRIC, (("route", name),) if name else ())


def _balancer(environment: Environment) -> Iterator[Leg]:
    pages = [page for page in metrics_pages(environment).values() if page.kind == "haproxy"]
    names = services(environment)
    backends = [backend_of(environment, request_to(environment, name).target) for name in names]
    if len(pages) == 1 and names and all(backends):
        figures = tuple(
            Figure("haproxy_backend_http_requests_total", (("proxy", name),))
            for name in dict.fromkeys(backend[0] for backend in backends if backend)
        )
        yield _leg(environment, BALANCER, (pages[0],), figures, sum(numbers(environment).values()))


def _leg(
    environment: Environment,
    name: str,
    pages: tuple[MetricsPage, ...],
    figures: tuple[Figure, ...],
    by: int,
) -> Leg:
    scraped = scraped_pages(environment) if environment.prometheus else {}
    jobs = {scraped[page.target].job if page.target in scraped else "" for page in pages}
    job = jobs.pop() if len(jobs) == 1 else ""
    return Leg(
        name=name,
        pages=tuple(probe(environment, page) for page in pages),
        figures=figures,
        by=by,
        job=job,
        query=value_of(environment, expression(figures, job)) if job else None,
    )


@per_environment
def recording_rule(environment: Environment) -> Rule | None:
    """The first declared recording rule over nothing but the services' counter."""
    metrics = {environment.services[name].requests_metric for name in services(environment)}
    for group in given(environment).groups:
        for rule in group.rules:
            if not rule.alerting and _names(rule.expression) in [{metric} for metric in metrics]:
                return rule
    return None


def _names(text: str) -> set[str | None]:
    try:
        return {selector.name for selector in selectors(parse(text))}
    except NotPromQL:
        return set()


def _recording(environment: Environment) -> Recording | None:
    rule = recording_rule(environment) if environment.prometheus else None
    if rule is None:
        return None
    return Recording(
        name=rule.name,
        stamp=value_of(environment, f"timestamp({rule.name})"),
        recorded=value_of(environment, rule.name),
        computed=value_of(environment, rule.expression),
        interval=min(_SLOWEST, _evaluation(environment)),
    )


def _evaluation(environment: Environment) -> float:
    """Seconds between two evaluations, as they are declared for all rules."""
    file = environment.monitoring_files.prometheus
    configuration = read_configuration(file.text) if file else {}
    whole = completed({} if isinstance(configuration, Unreadable) else configuration)
    return seconds(str(whole["global"]["evaluation_interval"])) or _SLOWEST


def sources(environment: Environment) -> tuple[str, ...]:
    """The data sources through which a figure is asked for."""
    first = next(iter(legs(environment).values()), None)
    grafana = environment.grafana
    return grafana.datasources if grafana and first and first.query else ()


def _sources(environment: Environment) -> Iterator[Source]:
    for name in sources(environment):
        leg = next(iter(legs(environment).values()))
        assert leg.query is not None, "there are no sources without it"
        query = quote(expression(leg.figures, leg.job), safe="")
        yield Source(
            name=name,
            found=from_grafana(environment, f"/api/datasources/name/{quote(name, safe='')}"),
            through=from_grafana(
                environment, f"/api/datasources/proxy/uid/{{uid}}/api/v1/query?query={query}"
            ),
            own=leg.query,
        )


def measurement(environment: Environment) -> LoopMeasurement:
    """The whole loop; all checks of it look at this one."""
    requests = tuple((request_to(environment, name), number) for name, number in numbers(environment).items())
    return LoopMeasurement(
        key="requests followed to every figure",
        hop=Hop.LOAD_BALANCER,
        client=_CLIENT,
        costs=tuple(
            replace(cost, requests=cost.requests * number)
            for request, number in requests
            for cost in request.costs
        ),
        requests=tuple(
            request.model_copy(update={"key": f"{request.key} counted {counted}", "costs": ()})
            for request, number in requests
            for counted in range(number)
        ),
        legs=tuple(legs(environment).values()),
        targets=from_prometheus(environment, targets.PATH),
        settles=_SETTLES_AT_THE_GATEWAY if GATEWAY in legs(environment) else _SETTLES,
        within=_WITHIN,
        recording=_recording(environment),
        sources=tuple(_sources(environment)),
    )
