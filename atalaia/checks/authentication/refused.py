"""Requests without a good token: refused, by the hop that is declared, and nothing behind it sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided
from atalaia.checks.authentication.plugin import (
    ANONYMOUS_LET_IN,
    EXPIRY_UNVERIFIED,
    NOT_ENFORCED,
    of_gateway,
)
from atalaia.checks.authentication.protected import (
    CLIENT,
    let_in,
    protected,
    scheme,
    with_tenants,
    with_tokens,
)
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.provoked import without_token
from atalaia.checks.routes import sample
from atalaia.environment import Environment
from atalaia.exchange.bearer import Flaw
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

_HOPS = {"gateway": Hop.GATEWAY, "service": Hop.SERVICE}
_NAMES = {Hop.GATEWAY: "the gateway", Hop.SERVICE: "the service", Hop.LOAD_BALANCER: "HAProxy"}


@dataclass(frozen=True)
class Refusal:
    """Who must refuse what."""

    what: str
    """`a request with an expired token`."""
    hop: Hop


def _judge(seen: tuple[Exchange], expected: Refusal) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    response, who = exchange.response, exchange.answered_by
    if response is None or exchange.failure:
        return Inconclusive(describe(exchange))
    refused = response.status in {401, 403}
    if refused and who is Hop.UNKNOWN:
        return Inconclusive(f"{response.status}, and nothing tells who refused: the marks of Kong are gone")
    if refused and who is expected.hop:
        return []
    # Status and hop only: what a body says to somebody who should not have come in is nobody's business.
    observed = f"{_NAMES.get(who, 'somebody')} answered {response.status}"
    if expected.hop is Hop.GATEWAY and who is Hop.SERVICE:
        observed += ": the gateway let it pass"
    return [
        Finding(
            expected=f"{_NAMES[expected.hop]} refuses {expected.what} with 401 or 403",
            observed=observed,
            hop=(expected.hop if who is Hop.UNKNOWN else who).value,
        )
    ]


def _refusal(what: str) -> Callable[[Environment, str], Refusal]:
    return lambda environment, target: Refusal(what, _HOPS[scheme(environment, target).hop])


def _bare(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    request = without_token(environment, target)
    assert request is not None, "the check's targets ask for one"
    return (request,)


def flawed(environment: Environment, target: str, flaw: Flaw) -> HttpRequest:
    """The route's sample with a token that is spoiled."""
    return sample(environment, target, flaw=flaw, client=CLIENT)


NOT_REQUIRED = Check(
    id="token.not-required",
    severity=Severity.CRITICAL,
    catches="A route that answers without a token though its class asks for one, or where the request "
    "reaches the service although the gateway was to refuse it.",
    remedy="Put the jwt plugin on the route (or its service), and look for a route that takes the path "
    "without it; where the services themselves refuse, declare `authentication.NAME.hop: service`.",
    source="RFC 6750, 3; Kong 3.4, jwt",
    targets=protected,
    observes=_bare,
    expects=_refusal("a request without a token"),
    requires=lambda environment, target: all_of(
        of_gateway(environment, NOT_ENFORCED, target),
        of_gateway(environment, ANONYMOUS_LET_IN, target),
        let_in(environment, target),
    ),
    judge=_judge,
)


def _tokens_asked_for(environment: Environment, target: str) -> Needs:
    return ((NOT_REQUIRED, target),)


def _flaw(flaw: Flaw) -> Callable[[Environment, str], tuple[HttpRequest, ...]]:
    return lambda environment, target: (flawed(environment, target, flaw),)


MALFORMED_ACCEPTED = Check(
    id="token.malformed-accepted",
    severity=Severity.CRITICAL,
    catches="A route that lets in, or fails over, a token that is none: `Bearer not.a.token`.",
    remedy="Verify tokens with a library that refuses what it cannot parse, before anything else reads them.",
    source="RFC 7519, 7.2; RFC 8725, 3.1",
    targets=with_tokens,
    observes=_flaw(Flaw.MALFORMED),
    expects=_refusal("a token that is none"),
    requires=_tokens_asked_for,
    judge=_judge,
)

FORGED_ACCEPTED = Check(
    id="token.forged-accepted",
    severity=Severity.CRITICAL,
    catches="A route that takes a token whose signature is not its issuer's: anybody can be anybody.",
    remedy="Verify the signature with the issuer's key; decoding a token is not verifying it.",
    source="RFC 7515, 5.2; RFC 8725, 3.3",
    targets=with_tokens,
    observes=_flaw(Flaw.WRONG_SIGNATURE),
    expects=_refusal("a token with a wrong signature"),
    requires=_tokens_asked_for,
    judge=_judge,
)

UNSIGNED_ACCEPTED = Check(
    id="token.unsigned-accepted",
    severity=Severity.CRITICAL,
    catches="A route that takes a token that says of itself that it is not signed: `alg: none`.",
    remedy="Verify with a fixed list of algorithms; never with the one that the token names.",
    source="RFC 7519, 6; RFC 8725, 2.1 and 3.1",
    targets=with_tokens,
    observes=_flaw(Flaw.ALG_NONE),
    expects=_refusal("a token with `alg: none`"),
    requires=_tokens_asked_for,
    judge=_judge,
)

EXPIRED_ACCEPTED = Check(
    id="token.expired-accepted",
    severity=Severity.CRITICAL,
    catches="A route that takes a token after its end: who has left still comes in.",
    remedy="Verify `exp` (Kong: `claims_to_verify: [exp]`), and look at the clocks.",
    source="RFC 7519, 4.1.4",
    targets=with_tokens,
    observes=_flaw(Flaw.EXPIRED),
    expects=_refusal("an expired token"),
    requires=lambda environment, target: all_of(
        of_gateway(environment, EXPIRY_UNVERIFIED, target), _tokens_asked_for(environment, target)
    ),
    judge=_judge,
)


def of_another(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    """The route's sample with a good token of one tenant, for the data of another."""
    other = scheme(environment, target).tenants[1]
    return (sample(environment, target, tenant=other, client=CLIENT),)


def _tenants_refusal(environment: Environment, target: str) -> Refusal:
    of = scheme(environment, target)
    what = f"{of.tenants[0]}'s token with {of.tenant_header}: {of.tenants[1]}"
    return Refusal(what, _HOPS[of.tenant_hop])


OTHER_TENANT_ACCEPTED = Check(
    id="token.other-tenant-accepted",
    severity=Severity.CRITICAL,
    catches="A route that serves one tenant's data for another tenant's token: the header is believed.",
    remedy="Take the tenant from the token; refuse a request whose header names another.",
    source="OWASP API Security Top 10 (2023), API1",
    targets=with_tenants,
    observes=of_another,
    expects=_tenants_refusal,
    requires=_tokens_asked_for,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (
    NOT_REQUIRED,
    MALFORMED_ACCEPTED,
    FORGED_ACCEPTED,
    UNSIGNED_ACCEPTED,
    EXPIRED_ACCEPTED,
    OTHER_TENANT_ACCEPTED,
)
