"""The gateway's cors plugins against the declared policies: nothing beyond them (CO02 to CO05, CO08)."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.check import Check, Severity
from atalaia.checks.configured import unless_given
from atalaia.checks.cors.intent import Comparison, Told, beyond, intended, judged, meaning, readable_as_meant
from atalaia.checks.cors.policies import Instance, Policy, by_policy, foreign_to, twins_of
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.cors.words import may_read, only, several
from atalaia.checks.origins import FOREIGN, serialised


def allowed_beyond(compared: Comparison) -> Iterator[Told]:
    """What the plugin allows and the intent does not: origins, credentials, what preflights permit."""
    yield from _wider_origins(compared)
    intent, model = compared.intent.intent, compared.model
    if model.credentials and not intent.credentials:
        yield compared.finding(
            "no credentials", "credentials: true: the user's cookies are sent", "credentials"
        )
    if not model.preflight_continue:
        yield from _wider_preflight(compared)
    exposed = beyond(model.exposed, intent.exposed_headers)
    if exposed and "*" not in intent.exposed_headers:
        yield compared.finding(
            f"pages read no more headers than {several(intent.exposed_headers) or 'the safelisted'}",
            f"exposed_headers: {several(exposed)} too",
            "exposed_headers",
        )


def _wider_origins(compared: Comparison) -> Iterator[Told]:
    intent, model = compared.intent.intent, compared.model
    if "*" in intent.origins:
        return
    allowed = {serialised(origin) for origin in intent.origins}
    written = [serialised(origin) for origin in model.origins if origin != "*"]
    candidates = [FOREIGN, *written, "null", *twins_of(intent), *foreign_to(intent)]
    for credentials in (True, False):
        passing = [
            origin
            for origin in dict.fromkeys(candidates)
            if origin not in allowed and compared.lets(origin, credentials=credentials)
        ]
        if passing:
            why = meaning(compared)
            yield compared.finding(
                only(sorted(allowed), credentials=credentials),
                f"{may_read(passing, credentials=credentials)}{why}",
                "origins",
            )
            return


def _wider_preflight(compared: Comparison) -> Iterator[Told]:
    intent, model = compared.intent.intent, compared.model
    methods = [name for name in model.methods if name not in {*intent.methods, *SAFELISTED_METHODS}]
    if methods:
        yield compared.finding(
            f"methods {', '.join(intent.methods)}", f"methods: {several(methods, 9)} too", "methods"
        )
    promise = f"request headers {several(intent.headers, 9) or 'that need no permission'}"
    if "*" not in intent.headers:
        headers = beyond(model.headers, intent.headers)
        if not model.headers:
            yield compared.finding(
                promise, "no headers: Kong allows whatever the browser asks for", "headers"
            )
        elif headers:
            yield compared.finding(promise, f"headers: {several(headers)} too", "headers")
    if intent.max_age and model.max_age is not None and model.max_age > intent.max_age.total_seconds():
        yield compared.finding(
            f"browsers keep a permission for {intent.max_age.total_seconds():g} s at most",
            f"max_age: {model.max_age}: what is withdrawn stays allowed for longer",
            "max_age",
        )


def _without_plugin(instance: Instance, policy: Policy) -> Iterator[Told]:
    """No plugin allows nothing."""
    return iter(())


WIDER = Check(
    id="cors.wider-than-declared",
    severity=Severity.CRITICAL,
    catches="A cors plugin that allows more than its policy: a foreign origin, `null`, the http twin, "
    "credentials, methods such as TRACE, any request header, a permission that is kept for too long.",
    remedy="Write the policy's origins, methods and headers into the plugin, one by one; never `*`, and no "
    "expression where a list will do.",
    source="CO02, CO03, CO04, CO05, CO08; Kong 3.4, kong/plugins/cors/handler.lua",
    targets=by_policy,
    observes=lambda environment, target: unless_given(environment),
    expects=intended,
    requires=readable_as_meant(allowed_beyond, _without_plugin),
    judge=judged(allowed_beyond, _without_plugin),
)

CHECKS: tuple[Check, ...] = (WIDER,)
