"""Profiles: what an answer lacks, what is weak, and what an environment makes of the built-in ones."""

from __future__ import annotations

import pytest

from atalaia.checks.headers import judging
from atalaia.checks.headers.profiles import BUILT_IN, profile
from atalaia.exchange.response import Response
from sandbox.standins.services.helmet import HELMET
from tests.support.imagined import environment

FOR_DATA = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Strict-Transport-Security", "max-age=31536000"),
)


def but(headers=HELMET, **changed: str | None) -> Response:
    """An answer with these headers, some changed or (None) taken out; _ stands for -."""
    given = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = tuple((name, value) for name, value in headers if name.lower() not in given)
    return Response(status=200, headers=(*kept, *((name, value) for name, value in given.items() if value)))


def missing(name: str, response: Response, *, over_tls: bool = True) -> set[str]:
    return {fault.header for fault in judging.missing(BUILT_IN[name], response, over_tls=over_tls)}


def weak(name: str, response: Response) -> set[str]:
    return {fault.header for fault in judging.weak(BUILT_IN[name], response, over_tls=True)}


@pytest.mark.parametrize("name", ["api", "html"])
def test_helmet_8_satisfies_the_profiles_for_services(name):
    assert judging.everything(BUILT_IN[name], but(), over_tls=True) == ()


def test_for_data_the_short_set_is_enough_and_for_pages_it_is_not():
    assert judging.everything(BUILT_IN["api"], but(FOR_DATA), over_tls=True) == ()
    assert missing("html", but(FOR_DATA)) == {"Referrer-Policy", "Cross-Origin-Opener-Policy"}


def test_administration_is_kept_by_no_cache():
    assert missing("admin", but()) == {"Cache-Control"}
    assert judging.everything(BUILT_IN["admin"], but(Cache_Control="no-store"), over_tls=True) == ()


def test_strict_transport_security_is_asked_for_over_tls_only():
    without = but(Strict_Transport_Security=None)
    assert missing("api", without) == {"Strict-Transport-Security"}
    assert missing("api", without, over_tls=False) == set()


def test_frame_ancestors_stands_for_x_frame_options_and_counts_before_it():
    assert missing("api", but(X_Frame_Options=None)) == set()
    alone = but(Content_Security_Policy="default-src 'self'", X_Frame_Options=None)
    assert missing("api", alone) == {"X-Frame-Options"}
    anybody = but(Content_Security_Policy="default-src 'self'; frame-ancestors *")
    assert weak("api", anybody) == {"Content-Security-Policy"}
    strict = but(X_Frame_Options="ALLOWALL")
    assert weak("api", strict) == set(), "browsers follow the policy"


def test_a_policy_that_only_reports_or_says_nothing_is_none():
    reported = but(Content_Security_Policy=None, Content_Security_Policy_Report_Only="default-src 'none'")
    assert missing("api", reported) == {"Content-Security-Policy"}
    assert missing("api", but(Content_Security_Policy=" ; ")) == {"Content-Security-Policy"}


def test_what_need_not_be_there_is_judged_where_it_is():
    assert weak("api", but(Referrer_Policy="unsafe-url", X_XSS_Protection="1")) == {
        "Referrer-Policy",
        "X-XSS-Protection",
    }


def declared(**profiles):
    return environment(header_profiles=profiles)


def test_a_profile_takes_over_adds_and_leaves_out():
    of = declared(
        data={"extends": "api", "require": {"Cache-Control": "no-store"}, "ignore": ["x-frame-options"]},
        edge={"extends": "data", "hop": "load-balancer", "forbid": ["X-Kong-*"], "compression": True},
    )
    data, edge = profile(of, "data"), profile(of, "edge")
    assert data.rule("X-Frame-Options") is None
    assert data.rule("cache-control").wanted == "no-store"
    assert data.at_gateway
    assert not data.compression
    assert not edge.at_gateway
    assert edge.compression
    assert [rule.header for rule in edge.rules] == [rule.header for rule in data.rules]
    assert edge.forbids("x-kong-proxy-latency")
    assert not edge.forbids("Via")


def test_a_declared_name_takes_the_place_of_a_built_in_one():
    of = declared(api={"require": {"X-Own": "*"}}, html={"extends": "api"})
    assert [rule.header for rule in profile(of, "api").rules] == ["X-Own"]
    assert [rule.header for rule in profile(of, "html").rules] == ["X-Own"]
    assert profile(of, "admin") == BUILT_IN["admin"]


def test_a_policy_that_the_environment_prescribes_is_not_judged_again():
    inline = "default-src 'self' 'unsafe-inline'"
    of = profile(declared(app={"extends": "html", "require": {"Content-Security-Policy": inline}}), "app")
    assert judging.permissive_policy(of, but(Content_Security_Policy=inline)) == ()
    assert judging.mistaken_policy(of, but(Content_Security_Policy=f"{inline}; default-src *"))
    assert [
        fault.header for fault in judging.weak(of, but(Content_Security_Policy="img-src *"), over_tls=True)
    ]


def test_every_rule_has_a_source():
    assert all(rule.source for one in BUILT_IN.values() for rule in one.rules)
