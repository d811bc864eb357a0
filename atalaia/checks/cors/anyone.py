"""A policy for everybody, with the user's cookies: never right, whoever says so (CO05)."""

from __future__ import annotations

from typing import Any

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.cors.intent import Intended, intended
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.policies import by_policy, instances, policies
from atalaia.checks.cors.words import may_read, routes_told
from atalaia.checks.origins import FOREIGN
from atalaia.checks.routing.declaration import WHOLE
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.plugins.cors import CorsRules


def _judge(seen: tuple[Any, ...], expected: Intended) -> Verdict:
    intent = expected.policy.intent
    if "*" not in intent.origins or not intent.credentials:
        return []
    who = may_read((FOREIGN,), credentials=True)
    return [
        Finding(
            expected="origins by name wherever there are credentials",
            observed=f"policy {expected.policy.name} declares `*` with credentials: {who}, and so may any "
            f"other: Kong returns whatever Origin the request has ({routes_told(expected.policy.routes)})",
            hop=Hop.GATEWAY.value,
            cause=_line(expected),
        )
    ]


def _line(expected: Intended) -> str:
    """Where the file says the same; empty where it does not, or there is none."""
    if expected.file is None or expected.file.configuration is None:
        return ""
    for instance in instances(expected.file, expected.policy, expected.requests):
        if instance.plugin is not None:
            model = CorsRules(instance.plugin.config, expected.version)
            if model.any and model.credentials:
                return expected.file.line(instance.plugin, "config", "origins")
    return ""


def _meant(environment: Environment, target: str) -> tuple[tuple[Check, str], ...]:
    """Beside other entries, a `*` that was taken from the file may mean nobody."""
    origins = policies(environment)[target].intent.origins
    return ((MISLEADING, WHOLE),) if "*" in origins and len(origins) > 1 else ()


ANYONE = Check(
    id="cors.anyone-declared",
    severity=Severity.CRITICAL,
    catches="A policy of `*` together with credentials, in the environment or, where that declares no "
    "routes, in the gateway's file: whoever asks may read answers with the user's cookies.",
    remedy="Name the origins in the policy and in the cors plugin, or take `credentials` out of both.",
    source="CO05; Kong 3.4, kong/plugins/cors/handler.lua; PortSwigger, CORS",
    targets=by_policy,
    observes=lambda environment, target: (),
    expects=intended,
    requires=_meant,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (ANYONE,)
