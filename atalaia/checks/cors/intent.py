"""The instances of the gateway's cors plugin, each beside the policy that its routes are meant to have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Finding, Inconclusive, Verdict
from atalaia.checks.configured import configured, given_of
from atalaia.checks.cors.fetch import Lines, Wish, why_unreadable
from atalaia.checks.cors.lint import MISLEADING, misreadings
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
from atalaia.checks.routing.declaration import WHOLE, accepted
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


class Told(NamedTuple):
    """A finding, and the setting of the plugin that it is about."""

    setting: str
    finding: Finding


@dataclass(frozen=True)
class Comparison:
    """One instance of the plugin beside the policy that its routes are meant to have."""

    given: Given
    instance: Instance
    intent: Policy
    model: CorsRules
    version: Version

    def finding(self, expected: str, observed: str, setting: str) -> Told:
        """A finding about the instance, with the line of one of its settings."""
        plugin = self.instance.plugin
        cause = self.given.line(plugin, "config", setting) if plugin else self.instance.cause
        told = f"{observed} ({routes_told(self.instance.routes)})"
        return Told(setting, Finding(expected=expected, observed=told, hop=Hop.GATEWAY.value, cause=cause))

    @property
    def misread(self) -> bool:
        """Whether its origins do not mean what they look like, which cors.misleading-origin says."""
        plugin = self.instance.plugin
        origins = tuple(plugin.config.get("origins") or ()) if plugin else ()
        return any(misreadings(origins, self.version))

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


Compare = Callable[[Comparison], Iterator[Told]]
Without = Callable[[Instance, Policy], Iterator[Told]]
PLUGIN = "plugin"
"""The setting of which a finding is where there is no plugin."""


def compared_with(given: Given, instance: Instance, policy: Policy, version: Version) -> Comparison | None:
    """An instance beside its policy; None where its routes have no plugin."""
    if instance.plugin is None:
        return None
    model = CorsRules(instance.plugin.config, version)
    return Comparison(given, instance, policy, model, version)


def told_of(compared: Comparison, compare: Compare) -> Iterator[Told]:
    """What is told of an instance. Origins that do not mean what they look like are told elsewhere."""
    for told in compare(compared):
        if not (told.setting == "origins" and compared.misread):
            yield told


def judged(compare: Compare, without: Without) -> Any:
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
            compared = compared_with(given, instance, expected.policy, expected.version)
            found_here = (
                without(instance, expected.policy) if compared is None else told_of(compared, compare)
            )
            findings += [told.finding for told in found_here]
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


def readable_as_meant(compare: Compare, without: Without) -> Callable[[Environment, str], Needs]:
    """That the plugins' entries mean what they look like, and that one of the policy's routes is there.

    Where a file tells that an entry of one instance does not, that must not hide what is wrong elsewhere:
    then it is waited for only where nothing else is found.
    """

    def needs(environment: Environment, target: str) -> Needs:
        lost: Needs = ()
        if unknown_to_file(environment, target):
            lost = ((NOT_IN_FILE, policies(environment)[target].routes[0]),)
        wanted = intended(environment, target)
        if wanted.file is not None and wanted.file.configuration is not None:
            found = instances(wanted.file, wanted.policy, wanted.requests)
            pairs = [(one, compared_with(wanted.file, one, wanted.policy, wanted.version)) for one in found]
            clear = not any(compared.misread for _, compared in pairs if compared)
            others = any(
                any(told_of(compared, compare) if compared else without(one, wanted.policy))
                for one, compared in pairs
            )
            if clear or others:
                return all_of(accepted(environment), lost)
        return all_of(((MISLEADING, WHOLE),), lost)

    return needs
