"""The environment's routes, by their sample requests."""

from __future__ import annotations

import math

from atalaia.checks.check import NotDeclared
from atalaia.checks.routes import class_of, path_of, route, routes, sample
from atalaia.environment import Environment
from atalaia.environment.faults import did_you_mean, listed
from atalaia.environment.frozen import thawed
from atalaia.environment.gateway import SampleRequest
from loadtests.plan import Request
from loadtests.scenario.drafting.draft import Draft
from loadtests.scenario.drafting.way import SAFE, Way, spreads, with_token
from loadtests.scenario.expected import expected_of
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.mix import Entry
from loadtests.scenario.target import Target

_SELDOM = 10
"""Times less often than the others: a route that no arrival asks for unless the scenario names it."""


def by_default(target: Target, environment: Environment) -> tuple[Entry, ...]:
    """Every route whose sample reads, but for those that their limiter lets a client ask for far less often
    than others: logins. Of a service without routes its health document. Raises Mistake without either."""
    reading = [
        name
        for name in _named(environment)
        if (route(environment, name).sample or SampleRequest()).method in SAFE
        and (target.gateway or route(environment, name).service == target.endpoint)
    ]
    often = {name: _often(name, environment) for name in reading}
    least = max((each for each in often.values() if each < math.inf), default=0.0) / _SELDOM
    if kept := tuple(Entry(route=name) for name in reading if often[name] > least):
        return kept
    service = environment.services.get(target.endpoint)
    if service and service.health:
        return (Entry(path=service.health),)
    what = f"no mix, and the environment {environment.name} declares no routes to {target.endpoint} that read"
    raise Mistake(what, hint="mix: what arrivals do, such as - {path: /health}")


def of_route(entry: Entry, way: Way) -> Draft:
    """A route's sample, with a token and its tenant where the route's class wants one. Raises Mistake where
    there is no such route, it is not on the way, or must not be sent."""
    assert entry.route is not None, "it is of this kind"
    name = _meant(entry.route, way)
    declared = route(way.environment, name)
    if not way.target.gateway and declared.service != way.target.endpoint:
        what = f"a route of {declared.service}, and the load goes to {way.target.endpoint} itself"
        raise way.mistake(what, "route", allowed="its routes, or `at: load-balancer`")
    asked = sample(way.environment, name, endpoint=way.target.endpoint, token=not entry.anonymous)
    way.may_send(asked.method, "route", harmless=asked.harmless)
    path = path_of(way.environment, name)
    if not way.target.gateway:
        path = declared.upstream_path or path
    headers, spread = asked.headers, False
    scheme = None
    if not entry.anonymous:
        own = class_of(way.environment, name).authentication
        scheme = way.scheme(entry.bearer or own, path, asked.method, anonymous=False)
    if scheme:
        # The sample has the first tenant's header; here tenants take turns, unless it names one itself.
        authentication, given = way.declared(scheme), declared.sample.headers if declared.sample else {}
        spread = spreads(tuple(given.items()), authentication)
        if spread:
            tenant = (authentication.tenant_header or "").lower()
            headers = tuple(pair for pair in headers if pair[0].lower() != tenant)
        headers = with_token(headers, authentication, tenants=spread)
    request = Request(
        name=name,
        method=asked.method,
        path=way.target.path(path),
        headers=headers,
        body=thawed(declared.sample.json_body) if declared.sample else None,
        expected=expected_of(entry.expect),
    )
    return Draft(way.index, name, entry.weight, (request,), scheme, spread)


def _meant(written: str, way: Way) -> str:
    """The name of the route that is meant: its path, or a method and its path."""
    named = _named(way.environment)
    if written in named:
        return written
    method, _, path = written.rpartition(" ")
    meant = [
        name
        for name in named
        if (declared := route(way.environment, name)).path == path
        and (not method or method in declared.methods)
    ]
    if len(meant) == 1:
        return meant[0]
    what = "several routes have this path" if meant else "no such route"
    names = meant or named
    raise way.mistake(
        f"{what} in the environment {way.environment.name}",
        "route",
        allowed=f"there are: {listed(names)}",
        hint="" if meant else did_you_mean(written, names),
    )


def _named(environment: Environment) -> tuple[str, ...]:
    named = routes(environment)
    return () if isinstance(named, NotDeclared) else named


def _often(name: str, environment: Environment) -> float:
    """Requests a second that the limiter of a route lets a client send for a moment."""
    limit = class_of(environment, name).limit
    if limit is None:
        return math.inf
    window, requests = limit.windows[0]
    return requests / window
