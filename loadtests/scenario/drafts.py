"""What arrivals do, before tokens are there: a mix of requests and journeys for one environment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from atalaia.checks.check import NotDeclared
from atalaia.checks.routes import class_of, path_of, route, routes, sample
from atalaia.environment import Effect, Environment
from atalaia.environment.faults import did_you_mean, listed
from atalaia.environment.gateway import SampleRequest
from atalaia.environment.probes import Probe, Step
from atalaia.systems.limits import route_of
from loadtests.plan import Request
from loadtests.scenario.expected import expected_of
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.mix import Entry
from loadtests.scenario.model import Scenario
from loadtests.scenario.target import Target
from loadtests.scenario.tokens import TENANT, TOKEN

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SELDOM = 10
"""Times less often than the others: a route that no arrival asks for unless the scenario names it."""
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Draft:
    """What one arrival does; its tokens stand for themselves as `{atalaia-token}`."""

    index: int
    """Of the entry in the file; 0 where the file says no mix."""
    name: str
    weight: float
    requests: tuple[Request, ...]
    scheme: str | None = None
    """Whose tokens it is filled with."""
    spread: bool = False
    """Whether by all tenants in turn; else by the first."""
    data: str | None = None
    """Name of the scenario's table that it is filled from."""


def drafts_of(
    scenario: Scenario, target: Target, environment: Environment
) -> tuple[list[Draft], list[Mistake]]:
    """A draft for each entry of the mix, and what is wrong with the others."""
    drafts: list[Draft] = []
    wrong: list[Mistake] = []
    try:
        entries = scenario.mix or _by_default(target, environment)
    except Mistake as mistake:
        return [], [mistake]
    for index, entry in enumerate(entries):
        try:
            drafts.append(_Drafting(index, target, environment).draft(entry))
        except Mistake as mistake:
            wrong.append(mistake)
    return drafts, wrong


def _by_default(target: Target, environment: Environment) -> tuple[Entry, ...]:
    """Every route whose sample reads, but for those that their limiter lets a client ask for far less often
    than others: logins. Of a service without routes its health document."""
    reading = [
        name
        for name in _routes(environment)
        if (route(environment, name).sample or SampleRequest()).method in _SAFE
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


def _often(name: str, environment: Environment) -> float:
    """Requests a second that the limiter of a route lets a client send for a moment."""
    limit = class_of(environment, name).limit
    if limit is None:
        return math.inf
    window, requests = limit.windows[0]
    return requests / window


def _routes(environment: Environment) -> tuple[str, ...]:
    named = routes(environment)
    return () if isinstance(named, NotDeclared) else named


class _Drafting:
    """One entry, on its way to a draft."""

    def __init__(self, index: int, target: Target, environment: Environment) -> None:
        self._index = index
        self._target = target
        self._environment = environment

    def draft(self, entry: Entry) -> Draft:
        """Raises Mistake where it leads nowhere, or must not be sent here."""
        match entry.kind:
            case "route":
                return self._of_route(entry)
            case "journey":
                return self._of_journey(entry)
            case "steps":
                assert entry.name is not None, "the loader asks for it"
                return self._of_steps(entry, entry.name, entry.steps, entry.bearer)
        assert entry.path is not None, "the loader asks for it"
        name = entry.name or f"{entry.method} {entry.path}"
        scheme = self._scheme(entry.bearer, entry.path, entry.method, anonymous=entry.anonymous)
        headers, spread = self._with_token(_typed(entry.headers.items(), entry.json_body), scheme)
        request = Request(
            name=name,
            method=entry.method,
            path=self._target.path(entry.path),
            headers=headers,
            body=entry.json_body,
            expected=expected_of(entry.expect),
        )
        self._sendable(request.method, "method", harmless=entry.harmless)
        return Draft(self._index, name, entry.weight, (request,), scheme, spread, entry.data)

    def _of_route(self, entry: Entry) -> Draft:
        assert entry.route is not None, "it is of this kind"
        name = self._route(entry.route)
        declared = route(self._environment, name)
        if not self._target.gateway and declared.service != self._target.endpoint:
            what = f"a route of {declared.service}, and the load goes to {self._target.endpoint} itself"
            raise self._mistake(what, "route")
        asked = sample(self._environment, name, endpoint=self._target.endpoint, token=not entry.anonymous)
        self._sendable(asked.method, "route", harmless=asked.harmless)
        path = path_of(self._environment, name)
        if not self._target.gateway:
            path = declared.upstream_path or path
        headers = asked.headers
        body = declared.sample.json_body if declared.sample else None
        scheme = entry.bearer if entry.bearer else class_of(self._environment, name).authentication
        spread = False
        if entry.anonymous:
            scheme = None
        elif scheme:
            self._known(scheme)
            tenant_header = self._environment.authentication[scheme].tenant_header
            given = {key.lower() for key in (declared.sample.headers if declared.sample else ())}
            if tenant_header and tenant_header.lower() not in given:
                headers = tuple(pair for pair in headers if pair[0].lower() != tenant_header.lower())
            headers, spread = self._with_token(headers, scheme)
        request = Request(
            name=name,
            method=asked.method,
            path=self._target.path(path),
            headers=headers,
            body=body,
            expected=expected_of(entry.expect),
        )
        return Draft(self._index, name, entry.weight, (request,), scheme, spread)

    def _of_journey(self, entry: Entry) -> Draft:
        journeys = {probe.name: probe for probe in self._environment.probes.add if probe.kind == "journey"}
        if entry.journey not in journeys:
            raise self._mistake(
                f"no such journey among the probes of the environment {self._environment.name}",
                "journey",
                allowed=f"there are: {listed(journeys)}",
                hint=did_you_mean(entry.journey, journeys),
            )
        probe = journeys[entry.journey]
        self._same_way(probe)
        # As the probe sends it: with its own token, of the first tenant, and no header that it does not name.
        requests = tuple(
            self._request(
                f"{probe.name}/{step.name}",
                step,
                self._plain_token(_typed(step.headers.items(), step.json_body), probe.bearer),
            )
            for step in probe.steps
        )
        for step in probe.steps:
            self._sendable(step.method, "journey", harmless=step.harmless)
        return Draft(self._index, probe.name, entry.weight, requests, probe.bearer)

    def _of_steps(self, entry: Entry, name: str, steps: tuple[Step, ...], bearer: str | None) -> Draft:
        schemes = [self._scheme(bearer, step.path, step.method, anonymous=entry.anonymous) for step in steps]
        several = sorted({scheme for scheme in schemes if scheme})
        if len(several) > 1:
            raise self._mistake(f"its steps want tokens of several schemes: {listed(several)}", "steps")
        scheme = several[0] if several else None
        headers = [_typed(step.headers.items(), step.json_body) for step in steps]
        wanted = self._environment.authentication[scheme].tenant_header if scheme else None
        spread = not any(key.lower() == (wanted or "").lower() for each in headers for key, _ in each)
        requests = []
        for number, step in enumerate(steps):
            self._sendable(step.method, "steps", number, "method", harmless=step.harmless)
            filled = headers[number]
            if schemes[number]:
                with_token = self._with_token(filled, scheme)[0]
                filled = with_token if spread else self._plain_token(filled, scheme)
            requests.append(self._request(f"{name}/{step.name}", step, filled))
        return Draft(
            self._index,
            name,
            entry.weight,
            tuple(requests),
            scheme,
            spread and scheme is not None,
            entry.data,
        )

    def _request(self, name: str, step: Step, headers: Headers) -> Request:
        return Request(
            name=name,
            method=step.method,
            path=self._target.path(step.path),
            headers=headers,
            body=step.json_body,
            expected=expected_of(step.expect),
            saves=tuple(step.save.items()),
            always=step.always,
        )

    def _route(self, written: str) -> str:
        """The name of the route that is meant: its path, or a method and its path."""
        named = _routes(self._environment)
        if written in named:
            return written
        method, _, path = written.rpartition(" ")
        meant = [
            name
            for name in named
            if (declared := route(self._environment, name)).path == path
            and (not method or method in declared.methods)
        ]
        if len(meant) == 1:
            return meant[0]
        what = "several routes have this path" if meant else "no such route"
        what += f" in the environment {self._environment.name}"
        names = meant or named
        hint = "" if meant else did_you_mean(written, names)
        raise self._mistake(what, "route", allowed=f"there are: {listed(names)}", hint=hint)

    def _same_way(self, probe: Probe) -> None:
        """A journey is written for one place; the hops of the public way are the same to it."""
        if probe.at is not None:
            public = probe.at.startswith("load-balancer") or probe.at.endswith("-proxy")
            same = probe.at == self._target.endpoint or (public and self._target.gateway)
        else:
            same = probe.url is not None and probe.url.origin == self._target.base
        if not same:
            there = probe.at or "an address of its own"
            what = f"the journey is for {there}, and the load goes to {self._target.endpoint}"
            raise self._mistake(what, "journey", allowed="all of a load test goes to one address")

    def _scheme(self, bearer: str | None, path: str, method: str, *, anonymous: bool) -> str | None:
        """The scheme whose token a request takes, if it takes one."""
        if anonymous:
            return None
        if bearer is not None:
            self._known(bearer)
            return bearer
        if not self._target.gateway:
            return None
        serving = route_of(self._environment, self._target.path(path), method)
        declared = self._environment.route_classes.get(serving.route_class or "") if serving else None
        return declared.authentication if declared else None

    def _known(self, scheme: str) -> None:
        schemes = self._environment.authentication
        if scheme not in schemes:
            what = f"no such scheme under authentication of the environment {self._environment.name}"
            raise self._mistake(
                what, "bearer", allowed=f"declared: {listed(schemes)}", hint=did_you_mean(scheme, schemes)
            )

    def _with_token(self, headers: Headers, scheme: str | None) -> tuple[Headers, bool]:
        """The headers with a token's place and its tenant's, and whether tenants take turns: not where the
        request names a tenant or a token itself."""
        if scheme is None:
            return headers, False
        declared = self._environment.authentication[scheme]
        given = {name.lower() for name, _ in headers}
        if "authorization" in given:
            return headers, False
        headers = self._plain_token(headers, scheme)
        if declared.tenant_header is None:
            return headers, True
        if declared.tenant_header.lower() in given:
            return headers, False
        if not declared.tenants:
            return headers, False
        return (*headers, (declared.tenant_header, f"{{{TENANT}}}")), True

    def _plain_token(self, headers: Headers, scheme: str | None) -> Headers:
        if scheme is None or any(name.lower() == "authorization" for name, _ in headers):
            return headers
        return (*headers, ("Authorization", f"Bearer {{{TOKEN}}}"))

    def _sendable(self, method: str, *where: str | int, harmless: bool) -> None:
        if method in _SAFE or harmless or self._environment.allows(Effect.WRITES):
            return
        raise self._mistake(
            f"{method} writes, and safety is {self._environment.safety.value}",
            *where,
            allowed="GET, HEAD or OPTIONS",
            hint="`harmless: true` where the owner of the stack says that it changes nothing",
        )

    def _mistake(self, what: str, *where: str | int, allowed: str = "", hint: str = "") -> Mistake:
        return Mistake(what, "mix", self._index, *where, allowed=allowed, hint=hint)


def _typed(headers: Iterable[tuple[str, str]], body: JsonValue) -> Headers:
    """The headers, and the type of the body where there is one and they do not say it."""
    given = tuple(headers)
    if body is None or any(name.lower() == "content-type" for name, _ in given):
        return given
    return (("Content-Type", "application/json"), *given)
