"""The gateway's cors plugins against the declared policies: nothing less than them (CO01, CO08)."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.check import Check, Finding, Severity
from atalaia.checks.configured import unless_given
from atalaia.checks.cors.fetch import Wish, readable_headers, why_unreadable
from atalaia.checks.cors.intent import (
    PLUGIN,
    Comparison,
    Told,
    beyond,
    intended,
    judged,
    meaning,
    readable_as_meant,
)
from atalaia.checks.cors.policies import Instance, Policy, by_policy, named_origins
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.cors.words import blocks, routes_told, several, with_cookies
from atalaia.checks.origins import FOREIGN
from atalaia.exchange.hop import Hop


def lacking(compared: Comparison) -> Iterator[Told]:
    """What the intent allows and the plugin does not: origins, methods, headers."""
    intent, model = compared.intent.intent, compared.model
    wanted = named_origins(intent) + ((FOREIGN,) if "*" in intent.origins else ())
    for origin in wanted:
        if reason := why_unreadable(Wish(origin, credentials=intent.credentials), compared.answer(origin)):
            field = "credentials" if "Credentials" in reason else "origins"
            yield compared.finding(
                f"a page on {origin} may read answers{with_cookies(intent.credentials)}",
                f"{blocks(origin, reason)}{meaning(compared)}",
                field,
            )
    if not model.preflight_continue:
        yield from _narrower_preflight(compared)
    readable = readable_headers(
        (("Access-Control-Expose-Headers", ",".join(model.exposed)),),
        intent.exposed_headers,
        credentials=intent.credentials,
    )
    if hidden := [name for name in intent.exposed_headers if name.lower() not in readable and name != "*"]:
        yield compared.finding(
            f"pages may read {several(intent.exposed_headers, 9)}",
            f"browsers keep {several(hidden, 9)} from them",
            "exposed_headers",
        )


def _narrower_preflight(compared: Comparison) -> Iterator[Told]:
    intent, model = compared.intent.intent, compared.model
    methods = [name for name in intent.methods if name not in {*model.methods, *SAFELISTED_METHODS}]
    if methods and ("*" not in model.methods or intent.credentials):
        yield compared.finding(
            f"methods {', '.join(intent.methods)}", f"browsers do not send {several(methods, 9)}", "methods"
        )
    if not model.headers:
        return
    headers = beyond(intent.headers, model.headers)
    if "*" in model.headers and not intent.credentials:
        headers = [name for name in headers if name.lower() == "authorization"]
    if headers:
        yield compared.finding(
            f"request headers {several(intent.headers, 9)}",
            f"browsers do not send requests with {several(headers, 9)}",
            "headers",
        )


def lacking_plugin(instance: Instance, policy: Policy) -> Iterator[Told]:
    """The finding for routes whose policy allows somebody, and that no cors plugin applies to."""
    if policy.intent.origins:
        finding = Finding(
            expected=f"{several(policy.intent.origins)} may read answers of {routes_told(instance.routes)}",
            observed="no cors plugin applies: browsers keep every answer from every page, unless the service "
            "allows it",
            hop=Hop.GATEWAY.value,
            cause=instance.cause,
        )
        yield Told(PLUGIN, finding)


NARROWER = Check(
    id="cors.narrower-than-declared",
    severity=Severity.MAJOR,
    catches="A cors plugin that allows less than its policy, or none: browsers block the app's requests, "
    "or their answers.",
    remedy="Add what is missing to the plugin, or take it out of the policy.",
    source="CO01, CO08; WHATWG Fetch, CORS check",
    targets=by_policy,
    observes=lambda environment, target: unless_given(environment),
    expects=intended,
    requires=readable_as_meant(lacking, lacking_plugin),
    judge=judged(lacking, lacking_plugin),
)


CHECKS: tuple[Check, ...] = (NARROWER,)
