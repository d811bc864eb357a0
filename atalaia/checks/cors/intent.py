"""The instances of the gateway's cors plugin, each beside the policy that its routes are meant to have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Finding, Inconclusive, Verdict
from atalaia.checks.configured import configured, given_of
from atalaia.checks.cors.fetch import Lines, Wish, why_unreadable
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.policies import (
    Instance,
    Policy,
    instances,
    kong_version,
    policies,
    requests_of,
    unknown_to_file,
)
from atalaia.checks.cors.words import routes_told
from atalaia.checks.routing.declaration import WHOLE
from atalaia.checks.routing.entries import NOT_IN_FILE
from atalaia.checks.routing.leading import Declared
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.cors import CorsRules, describe_origins
from atalaia.systems.kong.plugins.turn import KongFailed
from atalaia.systems.kong.versions import Version


@dataclass(frozen=True)
class Intended:
    """A declared policy, the requests of its routes, and the file that they are looked up in."""

    policy: Policy
    requests: Mapping[str, Declared]
    file: Given | None
    version: Version


def intended(environment: Environment, target: str) -> Intended:
    """What a policy, by its name, is compared with."""
    policy = policies(environment)[target]
    return Intended(policy, requests_of(environment), given_of(environment), kong_version(environment))


@dataclass(frozen=True)
class Comparison:
    """One instance of the plugin beside the policy that its routes are meant to have."""

    given: Given
    instance: Instance
    intent: Policy
    model: CorsRules
    version: Version

    def finding(self, expected: str, observed: str, *field: str) -> Finding:
        """A finding about the instance, with the line of one of its settings."""
        plugin = self.instance.plugin
        cause = self.given.line(plugin, "config", *field) if plugin else self.instance.cause
        told = f"{observed} ({routes_told(self.instance.routes)})"
        return Finding(expected=expected, observed=told, hop=Hop.GATEWAY.value, cause=cause)

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


def judged(compare: Compare, without: Callable[[Instance, Policy], Iterator[Finding]]) -> Any:
    """A judge that compares every instance; `without` tells what routes without one are lacking."""

    def judge(seen: tuple[Any, ...], expected: Intended) -> Verdict:
        given = configured(expected.file, seen)
        if isinstance(given, Inconclusive):
            return given
        found = instances(given, expected.policy, expected.requests)
        if not found:
            told = routes_told(expected.policy.routes)
            return Inconclusive(f"{given.origin} has none of the policy's routes ({told})")
        findings: list[Finding] = []
        for instance in found:
            if instance.plugin is None:
                findings += without(instance, expected.policy)
                continue
            model = CorsRules(instance.plugin.config, expected.version)
            findings += compare(Comparison(given, instance, expected.policy, model, expected.version))
        return findings

    return judge


def meaning(compared: Comparison) -> str:
    """What the configured origins mean in practice, where they are not what they look like."""
    model = compared.model
    if model.any and model.credentials:
        return "; origins `*` with credentials: Kong returns whatever Origin the request has"
    if model.any:
        return "; origins `*`: anybody"
    said = describe_origins(model.origins, compared.version)
    return "".join(f"; {entry!r}: {meaning}" for entry, meaning in said.items() if entry != "null")


def beyond(some: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    """Header names of the first that are not among the second."""
    known = {name.lower() for name in others}
    return [name for name in some if name.lower() not in known and name != "*"]


def readable_as_meant(environment: Environment, target: str) -> Needs:
    """That the plugins' entries mean what they look like, and that one of the policy's routes is there."""
    lost: Needs = ()
    if unknown_to_file(environment, target):
        lost = ((NOT_IN_FILE, policies(environment)[target].routes[0]),)
    return all_of(((MISLEADING, WHOLE),), lost)
