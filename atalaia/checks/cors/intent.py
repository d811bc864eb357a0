"""The gateway's cors plugins against the declared policies: neither wider nor narrower (CO01 to CO08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.cors.fetch import Lines, Wish, readable_headers, why_unreadable
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.policies import (
    Instance,
    Policy,
    by_policy,
    foreign_to,
    instances,
    kong_version,
    named_origins,
    policies,
    requests_of,
    twins_of,
)
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.cors.words import blocks, may_read, only, routes_told, several, with_cookies
from atalaia.checks.origins import FOREIGN, serialised
from atalaia.checks.routing.declaration import WHOLE
from atalaia.checks.routing.leading import Declared
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.cors import CorsPolicy, describe_origins
from atalaia.systems.kong.plugins.turn import KongFailed
from atalaia.systems.kong.versions import Version

_GATEWAY = Hop.GATEWAY.value


@dataclass(frozen=True)
class Intended:
    """A declared policy, the requests of its routes, and the file that they are looked up in."""

    policy: Policy
    requests: Mapping[str, Declared]
    file: Given | None
    version: Version


def _intended(environment: Environment, target: str) -> Intended:
    policy = policies(environment)[target]
    return Intended(policy, requests_of(environment), given_of(environment), kong_version(environment))


@dataclass(frozen=True)
class Comparison:
    """One instance of the plugin beside the policy that its routes are meant to have."""

    given: Given
    instance: Instance
    intent: Policy
    model: CorsPolicy
    version: Version

    def finding(self, expected: str, observed: str, *field: str) -> Finding:
        """A finding about the instance, with the line of one of its settings."""
        plugin = self.instance.plugin
        cause = self.given.line(plugin, "config", *field) if plugin else self.instance.cause
        told = f"{observed} ({routes_told(self.instance.routes)})"
        return Finding(expected=expected, observed=told, hop=_GATEWAY, cause=cause)

    def answer(self, origin: str) -> Lines:
        """The headers that say whether a page of this origin may read an answer."""
        try:
            said = self.model.allows(origin)
        except KongFailed:  # no origin that a browser sends
            return ()
        lines = [("Access-Control-Allow-Origin", said.origin)] if said.origin is not None else []
        return (*lines, ("Access-Control-Allow-Credentials", "true")) if said.credentials else tuple(lines)

    def lets(self, origin: str, *, credentials: bool) -> bool:
        """Whether a browser lets a page of this origin read answers."""
        return why_unreadable(Wish(origin, credentials=credentials), self.answer(origin)) is None


Compare = Callable[[Comparison], Iterator[Finding]]


def _judged(compare: Compare, without: Callable[[Instance, Policy], Iterator[Finding]]) -> Any:
    def judge(seen: tuple[Any, ...], expected: Intended) -> Verdict:
        given = configured(expected.file, seen)
        if isinstance(given, Inconclusive):
            return given
        findings: list[Finding] = []
        for instance in instances(given, expected.policy, expected.requests):
            if instance.plugin is None:
                findings += without(instance, expected.policy)
                continue
            model = CorsPolicy(instance.plugin.config, expected.version)
            findings += compare(Comparison(given, instance, expected.policy, model, expected.version))
        return findings

    return judge


def _wider(compared: Comparison) -> Iterator[Finding]:
    yield from _wider_origins(compared)
    intent, model = compared.intent.intent, compared.model
    if model.credentials and not intent.credentials:
        yield compared.finding(
            "no credentials", "credentials: true: the user's cookies are sent", "credentials"
        )
    if not model.preflight_continue:
        yield from _wider_preflight(compared)
    exposed = _beyond(model.exposed, intent.exposed_headers)
    if exposed and "*" not in intent.exposed_headers:
        yield compared.finding(
            f"pages read no more headers than {several(intent.exposed_headers) or 'the safelisted'}",
            f"exposed_headers: {several(exposed)} too",
            "exposed_headers",
        )


def _wider_origins(compared: Comparison) -> Iterator[Finding]:
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
            why = _meaning(compared)
            yield compared.finding(
                only(sorted(allowed), credentials=credentials),
                f"{may_read(passing, credentials=credentials)}{why}",
                "origins",
            )
            return


def _meaning(compared: Comparison) -> str:
    """What the configured origins mean in practice, where they are not what they look like."""
    model = compared.model
    if model.any and model.credentials:
        return "; origins `*` with credentials: Kong returns whatever Origin the request has"
    if model.any:
        return "; origins `*`: anybody"
    said = describe_origins(model.origins, compared.version)
    return "".join(f"; {entry!r}: {meaning}" for entry, meaning in said.items() if entry != "null")


def _wider_preflight(compared: Comparison) -> Iterator[Finding]:
    intent, model = compared.intent.intent, compared.model
    methods = [name for name in model.methods if name not in {*intent.methods, *SAFELISTED_METHODS}]
    if methods:
        yield compared.finding(
            f"methods {', '.join(intent.methods)}", f"methods: {several(methods, 9)} too", "methods"
        )
    promise = f"request headers {several(intent.headers, 9) or 'that need no permission'}"
    if "*" not in intent.headers:
        headers = _beyond(model.headers, intent.headers)
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


def _narrower(compared: Comparison) -> Iterator[Finding]:
    intent, model = compared.intent.intent, compared.model
    wanted = named_origins(intent) + ((FOREIGN,) if "*" in intent.origins else ())
    for origin in wanted:
        if reason := why_unreadable(Wish(origin, credentials=intent.credentials), compared.answer(origin)):
            field = "credentials" if "Credentials" in reason else "origins"
            yield compared.finding(
                f"a page on {origin} may read answers{with_cookies(intent.credentials)}",
                f"{blocks(origin, reason)}{_meaning(compared)}",
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


def _narrower_preflight(compared: Comparison) -> Iterator[Finding]:
    intent, model = compared.intent.intent, compared.model
    methods = [name for name in intent.methods if name not in {*model.methods, *SAFELISTED_METHODS}]
    if methods and ("*" not in model.methods or intent.credentials):
        yield compared.finding(
            f"methods {', '.join(intent.methods)}", f"browsers do not send {several(methods, 9)}", "methods"
        )
    if not model.headers:
        return
    headers = _beyond(intent.headers, model.headers)
    if "*" in model.headers and not intent.credentials:
        headers = [name for name in headers if name.lower() == "authorization"]
    if headers:
        yield compared.finding(
            f"request headers {several(intent.headers, 9)}",
            f"browsers do not send requests with {several(headers, 9)}",
            "headers",
        )


def _beyond(some: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    """Header names of the first that are not among the second."""
    known = {name.lower() for name in others}
    return [name for name in some if name.lower() not in known and name != "*"]


def _without_plugin(instance: Instance, policy: Policy) -> Iterator[Finding]:
    if policy.intent.origins:
        yield Finding(
            expected=f"{several(policy.intent.origins)} may read answers of {routes_told(instance.routes)}",
            observed="no cors plugin applies: browsers keep every answer from every page, unless the service "
            "allows it",
            hop=_GATEWAY,
            cause=instance.cause,
        )


def _needs(environment: Environment, target: str) -> Needs:
    return ((MISLEADING, WHOLE),)


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
    expects=_intended,
    requires=_needs,
    judge=_judged(_wider, lambda instance, policy: iter(())),
)
NARROWER = Check(
    id="cors.narrower-than-declared",
    severity=Severity.MAJOR,
    catches="A cors plugin that allows less than its policy, or none: browsers block the app's requests, "
    "or their answers.",
    remedy="Add what is missing to the plugin, or take it out of the policy.",
    source="CO01, CO08; WHATWG Fetch, CORS check",
    targets=by_policy,
    observes=lambda environment, target: unless_given(environment),
    expects=_intended,
    requires=_needs,
    judge=_judged(_narrower, _without_plugin),
)

CHECKS: tuple[Check, ...] = (WIDER, NARROWER)


def as_declared(environment: Environment, target: str) -> Needs:
    """What the gateway's configuration must say before a policy is looked for in live answers."""
    return all_of(((WIDER, target), (NARROWER, target)))
