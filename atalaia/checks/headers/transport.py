"""Nothing leads a client from HTTPS to HTTP, and HSTS is said where it counts (SH04)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.fronts import front_needs
from atalaia.checks.headers.normal import answer_of
from atalaia.checks.headers.places import NO_PROFILE, places, request
from atalaia.checks.headers.places import place as place_of
from atalaia.checks.headers.values import HSTS
from atalaia.checks.routes import FRONT, path_of
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest


def _plain(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    if balancer is None:
        return NotDeclared("load_balancer")
    if balancer.url.tls:
        return NotDeclared("load_balancer.url with http://")
    return (FRONT,) if _shown(environment) else NO_PROFILE


def _shown(environment: Environment) -> str | None:
    """The first place that clients see."""
    return next((name for name, one in places(environment).items() if one.at_front), None)


def _route(environment: Environment) -> str:
    name = _shown(environment)
    assert name is not None, "the check's targets have one"
    return place_of(environment, name).route


def _over_http(environment: Environment) -> HttpRequest:
    return request(environment, f"{_route(environment)} via {FRONT}")


def _needs_of_plain(environment: Environment, target: str) -> Needs:
    path = path_of(environment, _route(environment))
    return all_of(
        answered(environment, _route(environment)), reachable(environment, FRONT), routed(environment, path)
    )


def _judge_plain(seen: tuple[Exchange], expected: None) -> Verdict:
    response = answer_of(seen[0])
    if isinstance(response, Inconclusive):
        return response
    value = response.header(HSTS)
    if value is None:
        return []
    return [
        Finding(
            expected=f"no {HSTS} over plain HTTP",
            observed=f"{HSTS}: {value}",
            hop=Hop.LOAD_BALANCER.value,
        )
    ]


HSTS_OVER_HTTP = Check(
    id="headers.hsts-over-http",
    severity=Severity.MINOR,
    catches="Strict-Transport-Security on plain HTTP, where browsers ignore it: it was added without looking "
    "at the scheme, and looks as if clients were protected.",
    remedy="HAProxy: `http-after-response set-header Strict-Transport-Security … if { ssl_fc }`, and "
    "`del-header` otherwise; send plain HTTP to HTTPS.",
    source="SH04; RFC 6797, 7.2 and 8.1",
    targets=_plain,
    observes=lambda environment, target: (_over_http(environment),),
    requires=_needs_of_plain,
    judge=_judge_plain,
)


def _fronts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    if balancer is None or balancer.tls_url is None:
        return NotDeclared("load_balancer.tls_url")
    return (FRONT, f"{FRONT}-tls") if _shown(environment) else NO_PROFILE


def _asked(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    name = _shown(environment)
    assert name is not None, "the check's targets have one"
    return (request(environment, name) if target != FRONT else _over_http(environment),)


def _needs_of_front(environment: Environment, target: str) -> Needs:
    if target == FRONT:
        return _needs_of_plain(environment, target)
    path = path_of(environment, _route(environment))
    return all_of(answered(environment, _route(environment)), front_needs(environment, path, target))


def _judge_redirect(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    response = answer_of(exchange)
    if isinstance(response, Inconclusive):
        return response
    location = response.header("Location")
    if location is None or not 300 <= response.status < 400:
        return []
    asked = urlsplit(exchange.url)
    try:
        to = urlsplit(urljoin(exchange.url, location))
    except ValueError:
        to = urlsplit("")
    problem = ""
    if to.scheme not in {"http", "https"} or not to.hostname:
        problem = "to no address"
    elif to.scheme == "http" and asked.scheme == "https":
        problem = "from HTTPS back to HTTP"
    elif to.scheme == "http":
        problem = "and not to HTTPS"
    elif asked.scheme == "http" and to.hostname != asked.hostname:
        problem = "to another host at once: HSTS is never said for this one"
    if not problem:
        return []
    return [
        Finding(
            expected=f"a redirect to https://{asked.hostname}, or none",
            observed=f"{response.status} to {to.scheme}://{to.netloc.rpartition('@')[2]}: {problem}",
            hop=Hop.LOAD_BALANCER.value,
        )
    ]


INSECURE_REDIRECT = Check(
    id="headers.insecure-redirect",
    severity=Severity.MAJOR,
    catches="A redirect that leads away from HTTPS, or from HTTP to another host before HTTPS was there.",
    remedy="HAProxy: `http-request redirect scheme https code 301 unless { ssl_fc }` as the first rule, and "
    "no absolute http:// in what is behind it.",
    source="SH04; RFC 6797, 7.2; MDN Observatory, redirection",
    targets=_fronts,
    observes=_asked,
    requires=_needs_of_front,
    judge=_judge_redirect,
)

CHECKS: tuple[Check, ...] = (HSTS_OVER_HTTP, INSECURE_REDIRECT)
