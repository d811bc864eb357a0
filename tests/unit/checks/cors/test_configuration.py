"""The gateway's cors plugins against the policies: what the lines of a file mean for browsers."""

from __future__ import annotations

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.cors.lint import MISLEADING, misreadings
from atalaia.checks.cors.narrower import NARROWER
from atalaia.checks.cors.wider import WIDER
from atalaia.checks.routing.entries import NOT_IN_FILE
from atalaia.systems.kong.versions import V3_4, V3_8
from tests.unit.checks.cors.modelled import APP, CORS, Modelled, file_of

LINE = "kong.yml:15"
"""Where the cors plugin's settings are."""


def origins(text, **more):
    return Modelled(file_of(CORS.replace('["https://app.example"]', text)), **more)


def only(verdict):
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


def test_a_file_that_says_what_the_policy_says_is_in_order():
    for check, target in ((WIDER, "app"), (NARROWER, "app"), (MISLEADING, "gateway")):
        assert Modelled().judge(check, target) == []


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        ('["*"]', "any page on https://evil.example (and null, http://app.example, "),
        ('["https://app.example", "null"]', "any page in a sandboxed frame or a local file (Origin: null)"),
        ('["https://app.example", "https://old.example"]', "any page on https://old.example may read"),
        ('["https://old.example"]', "any page on https://old.example may read answers with"),
        (r"['https://.*\.example']", "any page on https://evil.example (and "),
        (r"['https?://app\.example']", "whoever is on the wire, by a page on http://app.example may read"),
        (r"['https://app\.example(:\d+)?']", "any page on https://app.example:8443 may read"),
        (r"['https://(evil)?app\.example']", "any page on https://evilapp.example may read"),
    ],
)  # fmt: skip
def test_an_origin_that_no_policy_names_is_let_in(text, observed):
    finding = only(origins(text).judge(WIDER, "app"))
    assert finding.observed.startswith(observed)
    assert finding.observed.endswith("(/clinics and 1 more route)")
    assert finding.expected == "only https://app.example may read answers with the user's cookies"
    assert finding.cause == LINE


def test_no_origins_at_all_reflect_anyone_with_credentials():
    finding = only(Modelled(file_of(CORS.partition(", ")[2])).judge(WIDER, "app"))
    assert "origins `*` with credentials: Kong returns whatever Origin the request has" in finding.observed


def test_without_credentials_a_star_lets_pages_read_as_anybody():
    public = Modelled(
        file_of(
            CORS.replace('"https://app.example"', '"*"').replace("credentials: true", "credentials: false")
        ),
        policy=(("credentials", False),),
    )
    finding = only(public.judge(WIDER, "app"))
    assert finding.observed.startswith("any page on https://evil.example")
    assert "cookies" not in finding.observed


def test_a_policy_for_everybody_takes_a_star():
    assert origins('["*"]', policy=(("origins", ["*"]),)).judge(WIDER, "app") == []
    assert (
        "not 'https://evil.example'"
        in only(Modelled(policy=(("origins", ["*"]),)).judge(NARROWER, "app")).observed
    )


@pytest.mark.parametrize(
    ("was", "becomes", "observed"),
    [
        ("methods: [GET, PUT], ", "", "methods: PATCH, DELETE, OPTIONS, TRACE, CONNECT too"),
        ("[GET, PUT]", "[GET, PUT, HEAD, POST, DELETE]", "methods: DELETE too"),
        (
            "headers: [Authorization, X-Clinic-ID], ",
            "",
            "no headers: Kong allows whatever the browser asks for",
        ),
        ("X-Clinic-ID]", "X-Clinic-ID, X-Debug]", "headers: X-Debug too"),
        ("[Retry-After]", "[Retry-After, X-Debug]", "exposed_headers: X-Debug too"),
        ("600", "86400", "max_age: 86400: what is withdrawn stays allowed for longer"),
    ],
)
def test_more_than_declared_is_a_finding(was, becomes, observed):
    found = Modelled(file_of(CORS.replace(was, becomes)))
    assert only(found.judge(WIDER, "app")).observed == f"{observed} (/clinics and 1 more route)"
    assert found.judge(NARROWER, "app") == []


@pytest.mark.parametrize(
    ("was", "becomes", "observed"),
    [
        ("credentials: true", "credentials: false", "blocks the answer: no Access-Control-Allow-Credentials"),
        ("[GET, PUT]", "[GET]", "browsers do not send PUT"),
        ("X-Clinic-ID]", "X-Debug]", "browsers do not send requests with X-Clinic-ID"),
        ("[Authorization, X-Clinic-ID]", '["*"]', "do not send requests with Authorization, X-Clinic-ID"),
        ("[Retry-After]", '["*"]', "browsers keep Retry-After from them"),
    ],
)  # fmt: skip
def test_less_than_declared_is_a_finding(was, becomes, observed):
    finding = only(Modelled(file_of(CORS.replace(was, becomes))).judge(NARROWER, "app"))
    assert observed in finding.observed
    assert finding.cause == LINE


def test_a_wildcard_does_for_all_headers_but_authorization_where_there_are_no_credentials():
    without = CORS.replace("credentials: true", "credentials: false")
    file = file_of(without.replace("[Authorization, X-Clinic-ID]", '["*"]'))
    finding = only(Modelled(file, policy=(("credentials", False),)).judge(NARROWER, "app"))
    assert "browsers do not send requests with Authorization (" in finding.observed


def test_a_second_origin_that_kong_does_not_know_is_refused():
    finding = only(Modelled(policy=(("origins", [APP, "https://admin.example"]),)).judge(NARROWER, "app"))
    assert "the browser of https://admin.example blocks the answer" in finding.observed
    assert "returned whatever the request's Origin is" in finding.observed


def test_a_route_without_the_plugin_is_told_with_its_own_line():
    finding = only(Modelled(file_of("")).judge(NARROWER, "app"))
    assert finding.observed.startswith("no cors plugin applies")
    assert finding.cause == "kong.yml:6"


def test_a_file_without_the_policys_routes_decides_nothing():
    """Neither wider nor narrower: the route that is not there is the root of it."""
    lost = Modelled(file_of().replace("/clinics", "/clinicas").replace("/users", "/usuarios"))
    for check in (WIDER, NARROWER):
        said = lost.judge(check, "app")
        assert isinstance(said, Inconclusive)
        assert said.reason == "kong.yml has none of the policy's routes (/clinics and 1 more route)"
        assert (NOT_IN_FILE, "/clinics") in check.requires(lost.environment, "app")
        assert (NOT_IN_FILE, "/clinics") not in check.requires(Modelled().environment, "app")


def test_each_instance_of_the_plugin_is_judged_by_itself():
    users = 'plugins: [{name: cors, config: {origins: ["*"], credentials: true}}]'
    found = Modelled(file_of(users=users)).judge(WIDER, "app")
    assert isinstance(found, list)
    assert {finding.cause for finding in found} == {"kong.yml:12"}
    assert all("(/users)" in finding.observed for finding in found)


MEANINGS = [
    (["app.example"], V3_4, "'app.example' is sent as it is, and no browser accepts it"),
    (["app.example", APP], V3_4, "'app.example' never matches: it has no scheme"),
    (["*", APP], V3_4, "lets nobody in (and anybody from Kong 3.8 on: the upgrade opens it)"),
    (["*", APP], V3_8, "any origin, and the others mean nothing (since Kong 3.8)"),
    ([APP + "/"], V3_4, "browsers compare it with 'https://app.example'"),
    (["https://App.example"], V3_4, "is sent as it is, and browsers compare it with 'https://app.example'"),
    (["https://App.example", APP], V3_4, "never matches: browsers send small letters"),
    (["https://app.example:443"], V3_4, "browsers compare it with 'https://app.example'"),
    ([r"https://app.shop\.example"], V3_4, "any page on https://appxshop.example is let in"),
    ([r"https://(a|b).example"], V3_4, "has a dot that stands for any sign"),
    ([r"app\.example"], V3_4, "has no `:`, so it is compared with the host alone"),
    ([r"https://a\.example|https://b\.example"], V3_4, "only the last alternative is anchored at its end"),
    (["https://(app.example"], V3_4, "is no regular expression: never matches"),
]


@pytest.mark.parametrize(("listed", "version", "observed"), MEANINGS)
def test_an_entry_that_does_not_mean_what_it_looks_like(listed, version, observed):
    found = [said.observed for _, said in misreadings(listed, version)]
    assert len(found) == 1
    assert observed in found[0]


@pytest.mark.parametrize(
    "listed",
    [
        [], ["*"], [APP], [APP, "http://localhost:3000"], [APP, "null"], [r"https://[a-z]+\.app\.example"],
        [r"^https://(a|b)\.example$"], [r"https://.*\.app\.example"], [APP, "https://x.example/"],
    ],
)  # fmt: skip
def test_an_entry_that_means_what_it_looks_like(listed):
    assert list(misreadings(listed, V3_4)) == []


def test_the_line_of_the_entry_is_named_and_where_it_applies():
    found = origins('["https://app.example", app.example]', version="3.4").judge(MISLEADING, "gateway")
    assert only(found).cause == LINE
    assert only(found).observed.endswith("(on every route)")


def test_the_declared_version_decides_what_a_star_in_a_list_means():
    stars = '["*", "https://app.example"]'
    assert "lets nobody in" in only(origins(stars).judge(MISLEADING, "gateway")).observed
    assert "any origin" in only(origins(stars, version="3.9").judge(MISLEADING, "gateway")).observed
