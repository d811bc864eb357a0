"""Who was reached, told by a counter, where a service leaves no mark on its answers (RT01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Inconclusive
from atalaia.checks.observables import get
from atalaia.checks.routes import first_node, route, sample
from atalaia.checks.routing.leading import declared, led
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.observable import HttpRequest, HttpSequence, Observable
from atalaia.systems.kong.request_counter import SECONDS_UNTIL_COUNTED, Later, counted_by_kong
from atalaia.systems.limiter.counter import counted

_CLIENT = "counted"


@dataclass(frozen=True)
class Counter:
    """A counter that grows where the declared service is reached."""

    metric: str = ""
    """The service's own; empty: Kong's."""
    uncounted: tuple[str, ...] = ()
    """Values of its label `route` that are left out."""
    service: str = ""
    route: str = ""
    """Kong's names of the entities."""

    def read(self, page: Exchange) -> int | None:
        """What it says on a page of metrics; None where it is not there."""
        text = page.response.text() if page.response else ""
        if self.metric:
            return counted(text, self.metric, self.uncounted)
        return counted_by_kong(text, self.service, self.route)


def counter_of(environment: Environment, target: str) -> Counter | None:
    """What tells who was reached, where the service leaves no mark: its own counter, else Kong's."""
    service = environment.services[route(environment, target).service]
    if not service.unmarked:
        return None
    of, uncounted = declared(environment, target), tuple(filter(None, (service.health, service.metrics)))
    path = of.request.target.partition("?")[0]
    # Monitoring moves the count of health documents all the time; those are left to Kong's own count.
    if service.metrics and service.requests_metric and not path.endswith(uncounted):
        return Counter(metric=service.requests_metric, uncounted=uncounted)
    match = led(of.file, of) if of.file and of.file.configuration else None
    if match is None or match.service is None or not (match.service.name and match.route.name):
        return None
    return Counter(service=match.service.name, route=match.route.name)


def counting(environment: Environment, target: str) -> tuple[Observable, ...]:
    """The counter before and after a request of its own; nothing where none is needed or known."""
    counter = counter_of(environment, target)
    if counter is None:
        return ()
    asked = sample(environment, target, client=_CLIENT)
    name = route(environment, target).service
    if counter.metric:
        page = get(environment, name, environment.services[name].metrics or "")
        return (_alone(page, asked, target),)
    page = get(environment, f"{first_node(environment).removesuffix('-proxy')}-admin", "/metrics")
    before = _named(page, f"before {target}")
    after = Later(
        **dict(_named(page, f"after {target}")),
        delay=SECONDS_UNTIL_COUNTED,
    ).model_copy(update={"after": asked.model_copy(update={"after": before})})
    return before, after


def _alone(page: HttpRequest, asked: HttpRequest, target: str) -> HttpSequence:
    """All three while nothing else of ours is under way: the counter counts every path of the service."""
    steps = (
        _named(page, f"before {target}"),
        asked.model_copy(update={"costs": ()}),
        _named(page, f"after {target}"),
    )
    return HttpSequence(
        key=f"count of {target}", hop=asked.hop, steps=steps, costs=asked.costs, client=_CLIENT
    )


def _named(page: HttpRequest, when: str) -> HttpRequest:
    return page.model_copy(update={"key": f"{page.key} {when}"})


def grown(seen: tuple[Any, ...], counter: Counter) -> bool | Inconclusive:
    """Whether the counter has grown by the request."""
    pages: tuple[Exchange, ...] = seen
    if len(seen) == 1 and isinstance(seen[0], Exchanges):
        first, asked, last = seen[0].steps
        if reason := undecided(asked):
            return reason
        if not succeeded(asked):
            return Inconclusive(f"{asked.url} was not answered again: {describe(asked)}")
        pages = (first, last)
    before, after = (counter.read(page) for page in pages)
    if before is None or after is None:
        named = counter.metric or f"kong_http_requests_total of route {counter.route}"
        return Inconclusive(f"the counter {named} is not there: {describe(pages[0])}")
    if after < before:
        return Inconclusive("the counter began anew meanwhile")
    return after > before
