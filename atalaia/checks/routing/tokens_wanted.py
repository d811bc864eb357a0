"""Routes that the gateway tells, that want a token, and for which the environment declares none."""

from __future__ import annotations

from atalaia.checks.configured import given_of
from atalaia.checks.routes import routes, scheme_of
from atalaia.checks.routing.leading import declared, led
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment

_ASKING = ("jwt", "key-auth", "basic-auth", "hmac-auth", "oauth2", "ldap-auth", "openid-connect", "session")
"""Plugins that answer 401 to whoever does not say who they are, unless `anonymous` names a consumer."""


@per_environment
def _unmet(environment: Environment) -> dict[str, str]:
    given, named = given_of(environment), routes(environment)
    if not environment.routes_of_gateway or given is None or given.configuration is None:
        return {}
    found: dict[str, str] = {}
    for target in named if isinstance(named, tuple) else ():
        match = None if scheme_of(environment, target) else led(given, declared(environment, target))
        if match is None:
            continue
        plugins = given.scopes.of(match.route)
        asking = next((name for name in _ASKING if name in plugins), None)
        if asking and not plugins[asking].config.get("anonymous"):
            entity = match.route.name or target
            found[target] = f"route {entity} wants a token ({asking}): declare `authentication`"
    return found


def token_wanted(environment: Environment, target: str) -> str:
    """Why a route cannot be expected to succeed; empty where it can."""
    return _unmet(environment).get(target, "")


def untold(environment: Environment) -> tuple[str, ...]:
    """What a run tells of such routes."""
    unmet = _unmet(environment)
    if not unmet:
        return ()
    count = f"{len(unmet)} route{'' if len(unmet) == 1 else 's'}"
    return (
        f"{count} of the gateway not expected to succeed, for want of a token: {next(iter(unmet.values()))}",
    )
