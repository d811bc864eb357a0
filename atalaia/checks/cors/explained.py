"""What the gateway's file already tells of a route's CORS, and which live checks that makes meaningless.

One instance's fault says nothing of another's routes, and a permission that is kept for too long says
nothing of who may read: so a check of a live answer waits for what explains it, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check
from atalaia.checks.configured import given_of
from atalaia.checks.cors.intent import PLUGIN, compared_with, told_of
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.narrower import NARROWER, lacking, lacking_plugin
from atalaia.checks.cors.policies import (
    Instance,
    Policy,
    instances,
    kong_version,
    policies,
    policy_name,
    requests_of,
)
from atalaia.checks.cors.wider import WIDER, allowed_beyond
from atalaia.checks.routing.declaration import WHOLE
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.versions import Version

READING = ("origins", "credentials")
"""Settings that decide who may read answers."""
ALLOWING = ("credentials", "methods", "headers", "max_age")
"""Settings that decide how wide a preflight's permission is."""
SENDING = (*READING, "methods", "headers")
"""Settings that decide which requests browsers send."""
EXPOSING = ("exposed_headers",)
NO_PLUGIN = (PLUGIN,)

Fault = tuple[Check, str]
"""A check that fails, and the setting that it is about."""


def explained(
    environment: Environment, target: str, *, wider: Collection[str] = (), narrower: Collection[str] = ()
) -> Needs:
    """What is told of these settings of the plugin that answers for a route, before its answers are judged.

    Without a file that is known only when the gateway has been asked: then the whole policy is waited for.
    Of a file that Kong refuses nothing is known.
    """
    return _needs(environment, policy_name(environment, target), (target,), wider, narrower)


def explained_policy(environment: Environment, policy: str) -> Needs:
    """What is told of who may read answers of any of a policy's routes."""
    routes = policies(environment)[policy].routes
    return _needs(environment, policy, routes, READING, (*READING, *NO_PLUGIN))


def _needs(
    environment: Environment,
    policy: str,
    targets: Collection[str],
    wider: Collection[str],
    narrower: Collection[str],
) -> Needs:
    if given_of(environment) is None:
        return ((WIDER, policy), (NARROWER, policy))
    asked = (
        (MISLEADING, WHOLE, {*wider, *narrower}), (WIDER, policy, {*wider}), (NARROWER, policy, {*narrower})
    )  # fmt: skip
    found = {fault for target in targets for fault in _faults(environment).get(target, ())}
    return tuple(
        (check, at) for check, at, settings in asked if any((check, name) in found for name in settings)
    )


@per_environment
def _faults(environment: Environment) -> Mapping[str, frozenset[Fault]]:
    """By route, what the file tells of the plugin instance that answers for it."""
    given = given_of(environment)
    if given is None or given.configuration is None:
        return {}
    version = kong_version(environment)
    found: dict[str, frozenset[Fault]] = {}
    for policy in policies(environment).values():
        for instance in instances(given, policy, requests_of(environment)):
            faults = frozenset(_faults_of(given, instance, policy, version))
            found |= dict.fromkeys(instance.routes, faults)
    return found


def _faults_of(given: Given, instance: Instance, policy: Policy, version: Version) -> Iterator[Fault]:
    compared = compared_with(given, instance, policy, version)
    if compared is None:
        yield from ((NARROWER, told.setting) for told in lacking_plugin(instance, policy))
        return
    if compared.misread:
        yield MISLEADING, "origins"
    yield from ((WIDER, told.setting) for told in told_of(compared, allowed_beyond))
    yield from ((NARROWER, told.setting) for told in told_of(compared, lacking))
