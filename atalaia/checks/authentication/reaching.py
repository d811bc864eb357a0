"""Whether the service is asked for what is refused: told by its own count, not by who answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import succeeded, undecided
from atalaia.checks.authentication.protected import scheme, with_tokens
from atalaia.checks.authentication.refused import FORGED_ACCEPTED, MALFORMED_ACCEPTED, NOT_REQUIRED
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import get
from atalaia.checks.routes import first_node, route, sample
from atalaia.checks.routing.causes import Taken, taken
from atalaia.checks.routing.counting import named, read, services_counter
from atalaia.checks.routing.reached import ANSWERED_BY_ANOTHER
from atalaia.environment import Environment, Safety
from atalaia.environment.remembered import per_environment
from atalaia.exchange.bearer import Flaw
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.counted import CountedSequence, Counter

_CLIENT = "counted"
_FLAWS = (Flaw.MALFORMED, Flaw.WRONG_SIGNATURE)
_REFUSED = 1 + len(_FLAWS)
"""Requests that are refused in one count: one without a token, and those with bad ones."""
_PAGES = 2
"""Readings of the count, before as well as after: a second one tells whether others move it."""
_WITHIN = 1.0
_LINGERS = 0.05
_STILL = 0.5
"""Seconds in which the count must stand still where others may ask: far more than what is sent takes."""


@dataclass(frozen=True)
class Count:
    """The count that requests which are refused must not move."""

    service: str
    counter: Counter
    alone: bool
    """Whether nobody else asks the services: it is a sandbox."""
    request: Taken


@per_environment
def _counted(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """One route for each service and class: whether a route asks for a token is told by another check."""
    found = with_tokens(environment)
    if isinstance(found, NotDeclared):
        return found
    refusing = [target for target in found if scheme(environment, target).hop == "gateway"]
    if not refusing:
        return NotDeclared("authentication with hop: gateway")
    firsts: dict[tuple[str, str | None], str] = {}
    for target in refusing:
        if services_counter(environment, target) is not None:
            declared = route(environment, target)
            firsts.setdefault((declared.service, declared.route_class), target)
    return tuple(firsts.values()) or NotDeclared("services[].requests_metric")


def _count(environment: Environment, target: str) -> tuple[CountedSequence, ...]:
    """What is refused, and then what is let in, so that the count is known to work; all else is quiet."""
    service, counter = route(environment, target).service, services_counter(environment, target)
    assert counter is not None, "the check's targets have one"
    page = get(environment, service, environment.services[service].metrics or "")
    asked: tuple[HttpRequest, ...] = (
        sample(environment, target, token=False, client=_CLIENT),
        *(sample(environment, target, flaw=flaw, client=_CLIENT) for flaw in _FLAWS),
        sample(environment, target, client=_CLIENT),
    )
    costs = tuple(replace(cost, requests=cost.requests * len(asked)) for cost in asked[-1].costs)
    return (
        CountedSequence(
            key=f"count of what is refused at {target}",
            hop=asked[-1].hop,
            steps=(
                *(named(page, f"before refusals at {target}, {n}") for n in range(_PAGES)),
                *(one.model_copy(update={"costs": ()}) for one in asked),
                *(named(page, f"after refusals at {target}, {n}") for n in range(_PAGES)),
            ),
            costs=costs,
            client=_CLIENT,
            pages=_PAGES,
            grows=((counter, 1),),
            settles=_LINGERS if _alone(environment) else _STILL,
            within=_WITHIN,
            lingers=_LINGERS,
        ),
    )


def _alone(environment: Environment) -> bool:
    return environment.safety is Safety.SANDBOX


def _expected(environment: Environment, target: str) -> Count:
    request = sample(environment, target)
    counter = services_counter(environment, target)
    assert counter is not None, "the check's targets have one"
    asked = taken(environment, first_node(environment), request.target, request.method)
    return Count(route(environment, target).service, counter, _alone(environment), asked)


def _judge(seen: tuple[Exchanges], expected: Count) -> Verdict:
    steps = seen[0].steps
    refused, let_in = steps[_PAGES : _PAGES + _REFUSED], steps[_PAGES + _REFUSED]
    if verdict := undecided(*refused, let_in):
        return verdict
    if not succeeded(let_in) or any(
        one.response is None or one.response.status not in {401, 403} for one in refused
    ):
        return Inconclusive("what was refused, or let in, a moment ago was answered otherwise here")
    name = expected.counter.metric
    # The first page is read until it stands still, so that the second one was read before it.
    then, first, now = (read(steps[at], expected.counter) for at in (0, 1, -1))
    if then is None or first is None or now is None:
        return Inconclusive(f"the counter {name} of {expected.service} could not be read")
    grown = now - then
    if grown < 1:
        return Inconclusive(f"{name} did not grow with a request that {expected.service} answered")
    if grown == 1:
        return []
    numbers = f"{name} of {expected.service} grew by {grown}, with {_REFUSED} requests refused and 1 let in"
    if not expected.alone and (grown != 1 + _REFUSED or first != then):
        return Inconclusive(f"{numbers}: others ask it as well")
    return [
        Finding(
            expected="what the gateway refuses is asked of no service",
            observed=numbers,
            hop=Hop.GATEWAY.value,
            cause=expected.request.blamed.refusal(401),
        )
    ]


def _needs(environment: Environment, target: str) -> Needs:
    return all_of(
        tuple((check, target) for check in (NOT_REQUIRED, MALFORMED_ACCEPTED, FORGED_ACCEPTED)),
        ((ANSWERED_BY_ANOTHER, target),),
    )


REACHES_SERVICE = Check(
    id="token.refused-reaches-service",
    severity=Severity.CRITICAL,
    catches="A gateway that answers 401 and has asked the service all the same: who has no token changes "
    "data, and only does not see the answer.",
    remedy="Verify the token before the request goes on: look for a plugin that decides in `response` or "
    "`header_filter`, and for one that copies requests (mirroring).",
    source="OWASP API Security Top 10 (2023), API2; Kong 3.4, phases of plugins",
    targets=_counted,
    observes=_count,
    expects=_expected,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (REACHES_SERVICE,)
