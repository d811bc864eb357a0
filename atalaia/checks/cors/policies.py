"""Which CORS policy is declared for which routes, and which routes one plugin instance answers for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from atalaia.checks.check import NotDeclared
from atalaia.checks.configured import given_of
from atalaia.checks.origins import FOREIGN, mutations, plaintext_twin, serialised
from atalaia.checks.routes import class_of, policy_of, routes, sample
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.environment.remembered import per_environment
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.versions import Version, version_of

NONE_DECLARED = NotDeclared("route_classes with cors")


@dataclass(frozen=True)
class Policy:
    """A declared policy and the routes that have it."""

    name: str
    intent: CorsPolicy
    routes: tuple[str, ...]


@dataclass(frozen=True)
class Instance:
    """The plugin instance that answers for some of a policy's routes; None: there is none."""

    plugin: Plugin | None
    routes: tuple[str, ...]
    cause: str
    """Where it stands; without one, where the first of its routes does."""


@per_environment
def policies(environment: Environment) -> Mapping[str, Policy]:
    """The policies in use, each once: those of equal content go by the first one's name."""
    found: dict[CorsPolicy, Policy] = {}
    named = routes(environment)
    for target in named if isinstance(named, tuple) else ():
        intent = policy_of(environment, target)
        if intent is not None:
            name = class_of(environment, target).cors
            assert name is not None, "the route has a policy"
            known = found.get(intent) or Policy(name, intent, ())
            found[intent] = replace(known, routes=(*known.routes, target))
    return {policy.name: policy for policy in found.values()}


@per_environment
def _policy_names(environment: Environment) -> Mapping[str, str]:
    return {target: policy.name for policy in policies(environment).values() for target in policy.routes}


def policy_name(environment: Environment, target: str) -> str:
    """The name of a route's policy, as `policies` has it. Raises KeyError."""
    return _policy_names(environment)[target]


def by_policy(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The names of the policies in use."""
    return tuple(policies(environment)) or _why_none(environment)


def by_route(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes that have a policy."""
    return tuple(_policy_names(environment)) or _why_none(environment)


def _why_none(environment: Environment) -> NotDeclared:
    named = routes(environment)
    return named if isinstance(named, NotDeclared) else NONE_DECLARED


def instances(given: Given, policy: Policy, requests: Mapping[str, Declared]) -> tuple[Instance, ...]:
    """The plugin instances that answer for a policy's routes; routes that are not there are left out."""
    assert given.configuration is not None, "the configuration was accepted"
    found: dict[str, Instance] = {}
    for target in policy.routes:
        match = led(given, requests[target])
        if match is None:
            continue
        plugin = given.scopes.of(match.route).get("cors")
        key = plugin.id if plugin else ""
        known = found.get(key) or Instance(plugin, (), given.line(plugin or match.route))
        found[key] = replace(known, routes=(*known.routes, target))
    return tuple(found.values())


def unknown_to_file(environment: Environment, name: str) -> bool:
    """Whether there is a file, and none of the policy's routes is in it."""
    given = given_of(environment)
    if given is None or given.configuration is None:
        return False
    return not any(target in _firsts(environment) for target in policies(environment)[name].routes)


@per_environment
def requests_of(environment: Environment) -> Mapping[str, Declared]:
    """What `instances` asks the configuration about, by route."""
    return {target: declared(environment, target) for target in _policy_names(environment)}


@per_environment
def _firsts(environment: Environment) -> Mapping[str, str]:
    given = given_of(environment)
    if given is None or given.configuration is None:
        return {}
    found: dict[str, str] = {}
    for policy in policies(environment).values():
        for instance in instances(given, policy, requests_of(environment)):
            first = min(instance.routes, key=lambda target: dear(environment, target))
            found |= dict.fromkeys(instance.routes, first)
    return found


def dear(environment: Environment, target: str) -> tuple[bool, bool, int]:
    """What it costs to ask a route: whether its sample changes something, whether a limiter counts it, and
    the fewer that lets pass the more."""
    limit = class_of(environment, target).limit
    allowed = limit.windows[0][1] if limit else 0
    return not sample(environment, target).safe, limit is not None, -allowed


def first_of(environment: Environment, target: str) -> str:
    """The route that stands for this one: by the file, the same plugin instance answers for both."""
    return _firsts(environment).get(target, target)


def firsts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes that stand for others by the file, and those that none stands for."""
    named = by_route(environment)
    if isinstance(named, NotDeclared):
        return named
    return tuple(target for target in named if first_of(environment, target) == target)


def foreign_to(intent: CorsPolicy) -> tuple[str, ...]:
    """Origins that look like the policy's and are not among them, a third party's last.

    None where all are."""
    if "*" in intent.origins:
        return ()
    allowed = {serialised(origin) for origin in intent.origins}
    found = [each for origin in intent.origins for each in mutations(origin)[:-1]]
    return tuple(each for each in dict.fromkeys((*found, FOREIGN)) if each not in allowed)


def twins_of(intent: CorsPolicy) -> tuple[str, ...]:
    """The plain http twins of the policy's origins that it does not allow."""
    if "*" in intent.origins:
        return ()
    allowed = {serialised(origin) for origin in intent.origins}
    twins = (plaintext_twin(origin) for origin in intent.origins)
    return tuple(dict.fromkeys(twin for twin in twins if twin and twin not in allowed))


def named_origins(intent: CorsPolicy) -> tuple[str, ...]:
    """The origins that the policy allows by name, as browsers send them."""
    return tuple(dict.fromkeys(serialised(origin) for origin in intent.origins if origin != "*"))


def kong_version(environment: Environment) -> Version:
    """The declared version of Kong, else 3.4."""
    return version_of((environment.gateway.version if environment.gateway else None) or "")
