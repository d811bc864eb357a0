"""Error answers: the app must be able to read them, and foreign pages must not (CO01, CO02).

A browser that may not read a 401 shows the app a network error. Errors have other sources than answers:
on the 404 of no route only Kong's global plugins run, and HAProxy's http-response rules do not touch its
own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided
from atalaia.checks.balancing import TLS_FRONT_DIFFERS
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.cors.answers import FOREIGN_READS, UNREADABLE
from atalaia.checks.cors.front import FRONT_ALLOWS, FRONT_REFUSES, at_front
from atalaia.checks.cors.judging import Pages, judge_foreign, judge_readable, pages, unanswered
from atalaia.checks.cors.policies import Policy, by_route, first_of, named_origins, policies
from atalaia.checks.cors.preflights import several_origins
from atalaia.checks.cors.requests import CLIENT, intent_of
from atalaia.checks.exposure import WELL_KNOWN
from atalaia.checks.gateway import ready
from atalaia.checks.headers.places import front_needs, front_of
from atalaia.checks.observables import through_front
from atalaia.checks.origins import FOREIGN
from atalaia.checks.provoked import UNKNOWN, allowed_origin, dead_upstream, unknown_path, without_token
from atalaia.checks.remembered import per_environment
from atalaia.checks.routes import FRONT, first_node
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of


@dataclass(frozen=True)
class Provoked:
    """An error answer: how it is provoked, whose policy it is under, and what must hold first."""

    intent: CorsPolicy
    request: HttpRequest
    needs: Needs
    route: str = ""
    """The route whose answers must be in order before its gateway's errors are looked at."""
    like: str = ""
    """The error of the same hop that stands for this one."""

    passes: str = ""
    """The target of the front's checks that must hold first, where the gateway answers through it."""

    @property
    def foreign(self) -> HttpRequest:
        """The same, asked for by a foreign page."""
        given = (*(line for line in self.request.headers if line[0] != "Origin"), ("Origin", FOREIGN))
        told = f"{self.request.key} from {FOREIGN}"
        return self.request.model_copy(update={"key": told, "headers": given, "client": CLIENT})


@per_environment
def errors(environment: Environment) -> Mapping[str, Provoked]:
    """`401 at /api/v1/users`, `404 at kong-1`, `5xx at load-balancer`: those that disturb nobody."""
    usual = _usual(environment)
    found: dict[str, Provoked] = {}
    named = by_route(environment)
    for target in named if isinstance(named, tuple) else ():
        request, intent = without_token(environment, target), intent_of(environment, target)
        if request is not None and named_origins(intent):
            like = _denied_like(environment, target)
            found[f"401 at {target}"] = Provoked(intent, request, (), target, like)
    if usual is None:
        return found
    node, route = first_node(environment), first_of(environment, usual.routes[0])
    name = node.removesuffix("-proxy")
    needs: Needs = ((UNKNOWN_PATH_ANSWERED, node),)
    found[f"404 at {name}"] = Provoked(usual.intent, unknown_path(environment, node), needs, route)
    if (dead := dead_upstream(environment, node)) is not None:
        needs = all_of(reachable(environment, node), ready(environment, name))
        found[f"5xx at {name}"] = Provoked(usual.intent, dead, needs, route)
    return found | _of_front(environment, usual.intent, f"404 at {name}")


def _denied_like(environment: Environment, target: str) -> str:
    first = first_of(environment, target)
    stands = first != target and without_token(environment, first) is not None
    return f"401 at {first}" if stands else ""


def _of_front(environment: Environment, intent: CorsPolicy, inner: str) -> dict[str, Provoked]:
    front = front_of(environment)
    if front is None:
        return {}
    found: dict[str, Provoked] = {}
    if backend_of(environment, UNKNOWN) is not None:
        needs = all_of(((UNKNOWN_PATH_ANSWERED, FRONT),), front_needs(environment, UNKNOWN))
        passes = next(iter(at_front(environment)), "")
        found[f"404 at {front}"] = Provoked(
            intent, unknown_path(environment, front), needs, "", inner, passes
        )
    itself = all_of(((TLS_FRONT_DIFFERS, front),) if front != FRONT else (), reachable(environment, front))
    own = ""
    if backend_of(environment, WELL_KNOWN[0]) is None:
        own = f"own 404 at {front}"
        found[own] = Provoked(intent, _own(environment, front), itself)
    if (dead := dead_upstream(environment, front)) is not None:
        found[f"5xx at {front}"] = Provoked(intent, dead, itself, "", own)
    return found


def _own(environment: Environment, front: str) -> HttpRequest:
    """A path that leads nowhere: the front answers it itself, unless it has a default backend."""
    request = through_front(environment, "/atalaia-asks-for-nothing", front)
    origin = allowed_origin(environment) or FOREIGN
    return request.model_copy(
        update={"key": f"{request.key} (origin: {origin})", "headers": (("Origin", origin),)}
    )


def _usual(environment: Environment) -> Policy | None:
    """The first policy with an origin by name: an error of no route is looked at as its pages see it."""
    origin = allowed_origin(environment)
    return next(
        (policy for policy in policies(environment).values() if origin in policy.intent.origins), None
    )


def _expected(environment: Environment, target: str) -> Pages:
    one = errors(environment)[target]
    return pages(environment, one.intent, one.request)


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = by_route(environment)
    if isinstance(named, NotDeclared):
        return named
    return tuple(errors(environment)) or NotDeclared("cors policy whose origins are named")


def _needs(environment: Environment, target: str, own: Check, answers: Check, through: Check) -> Needs:
    one = errors(environment)[target]
    named = ((answers, one.route), (own, one.like), (through, one.passes))
    return all_of(one.needs, tuple((check, at) for check, at in named if at))


def _judge(seen: tuple[Exchange], expected: Pages) -> Verdict:
    (exchange,) = seen
    if reason := undecided(exchange) or unanswered(exchange):
        return reason
    if _is_a_page(exchange):
        return []
    origin = exchange.sent_header("Origin") or ""
    status = exchange.response.status if exchange.response else 0
    found: list[Finding] = several_origins(exchange, expected)
    return found or judge_readable(exchange, origin, expected, f"an error ({status})")


def _is_a_page(exchange: Exchange) -> bool:
    """Whether a front's default backend answered what it has: a site, not the API."""
    return exchange.response is not None and exchange.response.status < 400


UNREADABLE_ERROR: Check = Check(
    id="cors.error-unreadable",
    severity=Severity.MAJOR,
    catches="An error that the browser keeps from the app, which sees a network error instead of a 401, 404 "
    "or 503: a cors plugin that is not global, an HAProxy that answers itself.",
    remedy="Make the cors plugin global (on the 404 of no route only global plugins run); in HAProxy set the "
    "Access-Control headers by `http-after-response` on its own answers.",
    source="CO01; Kong 3.4, kong/runloop/plugins_iterator.lua; HAProxy 2.8, http-after-response",
    targets=_targets,
    observes=lambda environment, target: (errors(environment)[target].request,),
    expects=_expected,
    requires=lambda environment, target: _needs(
        environment, target, UNREADABLE_ERROR, UNREADABLE, FRONT_REFUSES
    ),
    judge=_judge,
)


def _asked_by_others(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Those that cost no limiter's budget of a route."""
    named = _targets(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(
        target for target in named
        if not target.startswith("401 ") and "*" not in errors(environment)[target].intent.origins
    )  # fmt: skip
    return found or NotDeclared("cors policy whose origins are named")


def _judge_foreign(seen: tuple[Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or unanswered(*seen) or judge_foreign(seen, expected)


FOREIGN_READS_ERROR: Check = Check(
    id="cors.foreign-reads-error",
    severity=Severity.MAJOR,
    catches="An error that browsers give to any page: rules for error answers that reflect the Origin, or "
    "allow `*`.",
    remedy="Compare the Origin with the allowed ones where error answers are given their headers, too.",
    source="CO02; HAProxy 2.8, http-after-response",
    targets=_asked_by_others,
    observes=lambda environment, target: (errors(environment)[target].foreign,),
    expects=_expected,
    requires=lambda environment, target: _needs(
        environment, target, FOREIGN_READS_ERROR, FOREIGN_READS, FRONT_ALLOWS
    ),
    judge=_judge_foreign,
)

CHECKS: tuple[Check, ...] = (UNREADABLE_ERROR, FOREIGN_READS_ERROR)
