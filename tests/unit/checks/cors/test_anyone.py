"""`*` with credentials: a finding wherever it comes from, the environment, the file or a live answer."""

from __future__ import annotations

import pytest

from atalaia.checks.cors import foreign, preflights, width
from atalaia.checks.cors.anyone import ANYONE
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.policies import by_policy
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.systems.kong.completion import completed
from atalaia.systems.kong.given import given
from tests.unit.checks.cors.modelled import APP, CORS, Modelled, file_of

STAR = CORS.replace(APP, "*")
EVERYBODY = (("origins", ["*"]),)
PUBLIC = (*EVERYBODY, ("credentials", False))


def only(verdict):
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


def undeclared(file) -> Environment:
    """An environment without routes, completed from its file."""
    environment = Modelled(file).environment
    bare = environment.model_copy(update={"routes": (), "cors": {}, "route_classes": {}})
    return completed(bare.completed(GatewayFile(file, "kong.yml")), given(file, "kong.yml"))


@pytest.mark.parametrize("policy", [(), PUBLIC, (("origins", [APP]),)])
def test_named_origins_or_no_credentials_are_in_order(policy):
    assert Modelled(policy=policy).judge(ANYONE, "app") == []


def test_the_environment_itself_may_not_mean_it():
    finding = only(Modelled(policy=EVERYBODY).judge(ANYONE, "app"))
    assert "any page on https://evil.example may read answers with the user's cookies" in finding.observed
    assert finding.cause == ""
    assert only(Modelled(file_of(STAR), policy=EVERYBODY).judge(ANYONE, "app")).cause == "kong.yml:15"


@pytest.mark.parametrize("settings", [STAR, CORS.partition(", ")[2]], ids=["star", "no origins"])
def test_nor_the_file_where_no_routes_are_declared(settings):
    environment = undeclared(file_of(settings))
    (name,) = by_policy(environment)
    finding = only(ANYONE.judge((), ANYONE.expects(environment, name)))
    assert finding.cause == "kong.yml:15"
    assert finding.observed.endswith("(/clinics and 1 more route)")


def test_a_star_beside_others_is_first_asked_what_it_means():
    stack = Modelled(policy=(("origins", ["*", APP]),))
    assert ANYONE.requires(stack.environment, "app") == ((MISLEADING, "gateway"),)
    assert ANYONE.requires(Modelled().environment, "app") == ()


def test_a_public_policy_gives_nobody_the_users_cookies():
    public = file_of(STAR.replace("credentials: true", "credentials: false"))
    assert Modelled(public, policy=PUBLIC).judge(foreign.ANY_ORIGIN, "/clinics") == []
    reflecting = Modelled(public, live=file_of(STAR), policy=PUBLIC)
    finding = only(reflecting.judge(foreign.ANY_ORIGIN, "/clinics"))
    assert finding.expected == "nobody may read answers with the user's cookies"
    assert "any page on https://evil.example may read answers with the user's cookies" in finding.observed


def test_what_is_declared_so_is_told_once():
    environment = Modelled(policy=EVERYBODY).environment
    assert (ANYONE, "app") in foreign.ANY_ORIGIN.requires(environment, "/clinics")
    assert (foreign.ANY_ORIGIN, "/clinics") in width.TOO_WIDE.requires(environment, "/clinics")
    assert (preflights.PREFLIGHT_REFUSED, "/clinics") in foreign.ANY_ORIGIN.requires(environment, "/clinics")
