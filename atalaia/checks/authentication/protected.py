"""The routes that ask for a token, and what it takes to judge who is let in."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.certificates import reachable
from atalaia.checks.check import NotDeclared
from atalaia.checks.gateway import ready
from atalaia.checks.routes import class_of, first_node, routes, scheme_of
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.environment.authentication import Authentication
from atalaia.environment.remembered import per_environment

CLIENT = "refused"
"""The run's client that is to be refused."""


@per_environment
def protected(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes whose class declares a scheme."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(target for target in named if scheme_of(environment, target))
    return found or NotDeclared("route_classes with authentication")


@per_environment
def with_tokens(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Those whose tokens the toolkit can make, good ones and bad ones."""
    found = protected(environment)
    if isinstance(found, NotDeclared):
        return found
    able = tuple(target for target in found if scheme(environment, target).secret)
    if able:
        return able
    name = class_of(environment, found[0]).authentication
    return NotDeclared(f"authentication.{name}.secret")


@per_environment
def with_tenants(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Those of schemes that keep two tenants' data apart by a header of the request."""
    found = with_tokens(environment)
    if isinstance(found, NotDeclared):
        return found
    able = tuple(target for target in found if keeps_tenants(scheme(environment, target)))
    if able:
        return able
    name = class_of(environment, found[0]).authentication
    return NotDeclared(f"authentication.{name} with tenant_claim, tenant_header and two tenants")


def keeps_tenants(of: Authentication) -> bool:
    """Whether a scheme says how a request names the tenant whose data it wants, and there are two."""
    return bool(of.secret and of.tenant_header and of.tenant_claim and len(of.tenants) > 1)


def scheme(environment: Environment, target: str) -> Authentication:
    """The scheme of a route that has one."""
    found = scheme_of(environment, target)
    assert found is not None, "the check's targets have one"
    return found


def let_in(environment: Environment, target: str) -> Needs:
    """That a good token is let in; where none can be made, that the gateway is ready at least."""
    if scheme(environment, target).secret:
        return answered(environment, target)
    node = first_node(environment).removesuffix("-proxy")
    return all_of(reachable(environment, f"{node}-proxy"), ready(environment, node))
