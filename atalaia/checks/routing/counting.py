"""Who was reached, told by a counter, where a service leaves no mark on its answers (RT01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Inconclusive
from atalaia.checks.observables import get
from atalaia.checks.routes import first_node, path_of, route, sample, service_of
from atalaia.checks.routing.leading import declared, led
from atalaia.environment import Environment
from atalaia.environment.services import Service
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.counted import CountedSequence, Counter
from atalaia.systems.kong.request_counter import METRIC, SECONDS_UNTIL_COUNTED

_CLIENT = "counted"
_SERVICE_SETTLES, _SERVICE_WITHIN = 0.05, 1.0
"""Seconds: a service counts when it has answered, which is a matter of milliseconds."""
_KONG_WITHIN = 2 * SECONDS_UNTIL_COUNTED


def counter_of(environment: Environment, target: str) -> Counter | None:
    """What tells who was reached, where the service leaves no mark: its own counter, else Kong's."""
    service = service_of(environment, target)
    if service is None or not service.unmarked:
        return None
    if own := services_counter(environment, target):
        return own
    of = declared(environment, target)
    match = led(of.file, of) if of.file and of.file.configuration else None
    if match is None or match.service is None or not (match.service.name and match.route.name):
        return None
    return Counter(service=match.service.name, route=match.route.name)


def services_counter(environment: Environment, target: str) -> Counter | None:
    """The counter that the route's service has declared, where it counts the route's sample."""
    service = service_of(environment, target)
    if service is None:
        return None
    path, uncounted = path_of(environment, target).partition("?")[0], _uncounted(service)
    # Monitoring moves the count of health documents all the time: they are left out of it.
    if not service.metrics or not service.requests_metric or path.endswith(uncounted):
        return None
    return Counter(metric=service.requests_metric, uncounted=uncounted)


def _uncounted(service: Service) -> tuple[str, ...]:
    return tuple(filter(None, (service.health, service.metrics)))


@dataclass(frozen=True)
class Count:
    """What a counted request must show of its route."""

    counter: Counter
    others: tuple[tuple[str, int, Counter], ...]
    """(name, page, counter) of what grows where another service is reached instead."""


def counting(environment: Environment, target: str) -> tuple[CountedSequence, ...]:
    """The counters around a request of its own; nothing where none is needed or known."""
    counter = counter_of(environment, target)
    if counter is None:
        return ()
    return (
        _of_service(environment, target, counter)
        if counter.metric
        else _of_kong(environment, target, counter),
    )


def count_of(environment: Environment, target: str) -> Count | None:
    """What `counting` must show; None where it observes nothing."""
    counter = counter_of(environment, target)
    if counter is None:
        return None
    if not counter.metric:
        return Count(counter, ())
    own = route(environment, target).service
    names = [name for name in _with_counter(environment) if name != own]
    return Count(counter, tuple(_others(environment, names)))


def _with_counter(environment: Environment) -> list[str]:
    """The services that could have answered without a mark, and tell it by a counter."""
    return [
        name
        for name, service in environment.services.items()
        if service.unmarked and service.metrics and service.requests_metric
    ]


def _others(environment: Environment, names: list[str]) -> Iterator[tuple[str, int, Counter]]:
    for page, name in enumerate(names, start=1):
        service = environment.services[name]
        yield name, page, Counter(metric=service.requests_metric or "", uncounted=_uncounted(service))


def _of_service(environment: Environment, target: str, counter: Counter) -> CountedSequence:
    own = route(environment, target).service
    names = [own, *(name for name in _with_counter(environment) if name != own)]
    pages = [get(environment, name, environment.services[name].metrics or "") for name in names]
    return _sequence(environment, target, pages, counter, settles=_SERVICE_SETTLES, within=_SERVICE_WITHIN)


def _of_kong(environment: Environment, target: str, counter: Counter) -> CountedSequence:
    admin = f"{first_node(environment).removesuffix('-proxy')}-admin"
    pages = [get(environment, admin, "/metrics")]
    return _sequence(environment, target, pages, counter, settles=SECONDS_UNTIL_COUNTED, within=_KONG_WITHIN)


def _sequence(
    environment: Environment,
    target: str,
    pages: list[HttpRequest],
    counter: Counter,
    *,
    settles: float,
    within: float,
) -> CountedSequence:
    """All while nothing else of ours is under way, which the counters would count too."""
    asked = sample(environment, target, client=_CLIENT)
    return CountedSequence(
        key=f"count of {target}",
        hop=asked.hop,
        steps=(
            *(named(page, f"before {target}") for page in pages),
            asked.model_copy(update={"costs": ()}),
            *(named(page, f"after {target}") for page in pages),
        ),
        costs=asked.costs,
        client=_CLIENT,
        pages=len(pages),
        grows=((counter, 1),),
        settles=settles,
        within=within,
    )


def named(page: HttpRequest, when: str) -> HttpRequest:
    """The page, by what it is read for."""
    return page.model_copy(update={"key": f"{page.key} {when}"})


@dataclass(frozen=True)
class Grown:
    """What the counter did, when the request was answered with success."""

    by_request: bool
    elsewhere: tuple[str, ...] = ()
    """Where the count grew by one instead."""


def grown(seen: tuple[Any, ...], expected: Count) -> Grown | Inconclusive:
    """Whether the counter has grown by the request, and by no more."""
    (counted,) = seen
    assert isinstance(counted, Exchanges), "what `counting` observes"
    pages = 1 + max((page for _, page, _ in expected.others), default=0)
    before, after = counted.steps[:pages], counted.steps[-pages:]
    own = counted.steps[pages]
    if reason := undecided(own):
        return reason
    if not succeeded(own):
        return Inconclusive(f"{own.url} was not answered again: {describe(own)}")
    named = expected.counter.metric or f"{METRIC} of route {expected.counter.route}"
    then, now = (read(page[0], expected.counter) for page in (before, after))
    if then is None or now is None:
        missing = before[0] if then is None else after[0]
        return Inconclusive(f"the counter {named} is not there: {describe(missing)}")
    if now < then:
        return Inconclusive("the counter began anew meanwhile")
    if now == then + 1:
        return Grown(True)
    if now > then:
        return Inconclusive(
            f"{named} grew by {now - then} with one request of ours: others are counted too, so that it does "
            "not tell who answered ours"
        )
    elsewhere = (
        name
        for name, page, counter in expected.others
        if (first := read(before[page], counter)) is not None and read(after[page], counter) == first + 1
    )
    return Grown(False, tuple(elsewhere))


def read(page: Exchange, counter: Counter) -> int | None:
    """What a page of metrics says of a counter; None where it says nothing."""
    response = page.response
    return None if response is None or response.truncated else counter.read(response.text())
