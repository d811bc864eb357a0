"""Live answers of a modelled Kong, judged as browsers would: what each check finds, and what it does not."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.cors import CHECKS, answers, denials, errors, foreign, preflights, width
from atalaia.checks.cors.policies import first_of, foreign_to
from atalaia.checks.cors.requests import foreigners, intent_of
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.response import Response
from atalaia.systems.limiter.model import LimiterSeen
from tests.support.imagined import answer
from tests.unit.checks.cors.modelled import APP, CORS, Modelled, file_of

ROUTE = (
    preflights.PREFLIGHT_REFUSED, preflights.SEVERAL, preflights.REFUSED, width.TOO_WIDE,
    foreign.ANY_ORIGIN, foreign.FOREIGN_ALLOWED, foreign.NULL_ALLOWED, foreign.PLAINTEXT_ALLOWED,
    answers.UNREADABLE, answers.UNEXPOSED, answers.FOREIGN_READS, answers.VARY_MISSING,
)  # fmt: skip


def live(origins=None, *, cors=None, more="", **settings):
    """A stack whose Kong has loaded something else than its file says."""
    text = cors or CORS
    if origins:
        text = text.replace('["https://app.example"]', origins)
    return Modelled(live=file_of(text, more=more), **settings)


def transformer(rules):
    return f"- name: response-transformer\n  config: {{{rules}}}\n"


def only(verdict):
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


@pytest.mark.parametrize("check", ROUTE, ids=lambda check: check.id)
@pytest.mark.parametrize(
    "origins",
    [
        '["https://app.example"]',
        r"['https://app\.example']",
        '["https://app.example", "https://app.example"]',
    ],
    ids=["single", "expression", "list"],
)
def test_a_kong_that_does_what_it_should_passes(check, origins):
    assert live(origins).judge(check, "/users") == []


@pytest.mark.parametrize("check", ROUTE, ids=lambda check: check.id)
def test_a_limiter_that_others_used_up_decides_nothing(check):
    stack = Modelled()
    busy = Exchange(
        method="GET", url="http://kong.test/", request_id="1", response=answer(429, "", Server="kong/3.4.2"),
        elapsed=0.01,
    )  # fmt: skip
    seen = (busy,) * len(check.observes(stack.environment, "/clinics"))
    assert isinstance(check.judge(seen, check.expects(stack.environment, "/clinics")), Inconclusive)


@pytest.mark.parametrize(
    ("stack", "check", "observed"),
    [
        (
            live('["*"]'),
            foreign.ANY_ORIGIN,
            "any page on https://evil.example may read answers with the user's",
        ),
        (
            live(r"['https://app\.example.*']"),
            foreign.FOREIGN_ALLOWED,
            "any page on https://app.example.evil.example",
        ),
        (live('["https://app.example", "null"]'), foreign.NULL_ALLOWED, "any page in a sandboxed frame"),
        (live(r"['https?://app.example']"), foreign.PLAINTEXT_ALLOWED, "whoever is on the wire"),
        (
            live('["https://old.example"]'),
            preflights.REFUSED,
            "'https://old.example', not 'https://app.example'",
        ),
        (live('["https://app.example/"]'), preflights.REFUSED, "an origin has no slash at its end"),
        (
            live(cors=CORS.replace("PUT", "DELETE")),
            preflights.REFUSED,
            "PUT is not among the allowed methods",
        ),
        (
            live(cors=CORS.replace("X-Clinic-ID", "X-Y")),
            preflights.REFUSED,
            "request header x-clinic-id is not",
        ),
        (live(cors=CORS.replace("GET, PUT", "GET, PUT, TRACE")), width.TOO_WIDE, "TRACE too"),
        (live(cors=CORS.replace("600", "601")), width.TOO_WIDE, "601: what is withdrawn"),
        (
            live(cors=CORS.replace("headers: [Authorization, X-Clinic-ID], ", "")),
            width.TOO_WIDE,
            "whatever a page asks for, X-Atalaia-Undeclared for one",
        ),
        (live(cors=CORS.replace("X-Clinic-ID]", "X-Clinic-ID, X-Y]")), width.TOO_WIDE, "X-Y too"),
        (
            live('["https://old.example"]'),
            answers.UNREADABLE,
            "200; the browser of https://app.example blocks",
        ),
        (
            live(cors=CORS.replace("Retry-After", "Age")),
            answers.UNEXPOSED,
            "the browser keeps Retry-After from them",
        ),
        (
            live('["*"]'),
            answers.FOREIGN_READS,
            "may read answers with the user's cookies: Access-Control-Allow-",
        ),
        (
            live(more=transformer('append: {headers: ["Access-Control-Allow-Origin:*"]}')),
            preflights.SEVERAL,
            "2, which browsers read as 'https://app.example, *' and accept from no page",
        ),
        (
            live(more=transformer('append: {headers: ["Access-Control-Allow-Origin:*"]}')),
            answers.UNREADABLE,
            "2, which browsers read as",
        ),
        (
            live(r"['https://app\.example']", more=transformer("remove: {headers: [Vary]}")),
            answers.VARY_MISSING,
            "no Vary: Origin for Origin https://app.example, ",
        ),
        (
            live(cors=CORS.replace("true", "false"), policy=(("credentials", False),)),
            answers.UNREADABLE,
            None,
        ),
        (
            live(policy=(("credentials", False),)),
            width.TOO_WIDE,
            "Access-Control-Allow-Credentials: true",
        ),
    ],
)
def test_what_a_check_finds(stack, check, observed):
    found = stack.judge(check, "/clinics")
    if observed is None:
        assert found == []
    else:
        assert observed in only(found).observed


def test_a_static_origin_needs_no_vary():
    assert live(more=transformer("remove: {headers: [Vary]}")).judge(answers.VARY_MISSING, "/clinics") == []


def test_kongs_single_origin_sent_to_a_foreign_page_is_no_finding():
    """It is present on every answer, and no foreign page may read one."""
    for check in (foreign.ANY_ORIGIN, foreign.FOREIGN_ALLOWED, foreign.NULL_ALLOWED, answers.FOREIGN_READS):
        assert Modelled().judge(check, "/clinics") == []


def test_a_route_without_options_is_named_with_its_line():
    stack = Modelled(file_of(clinics="paths: [/clinics]\n    methods: [GET, PUT]"))
    finding = only(stack.judge(preflights.PREFLIGHT_REFUSED, "/clinics"))
    assert finding.observed.endswith("(route clinics takes GET, PUT, and nothing takes OPTIONS)")
    assert finding.cause == "kong.yml:8"


def test_the_transformer_that_spoils_a_header_is_the_cause():
    file = file_of(more=transformer("remove: {headers: [Access-Control-Allow-Credentials]}"))
    finding = only(Modelled(file).judge(preflights.REFUSED, "/clinics"))
    assert "no Access-Control-Allow-Credentials" in finding.observed
    assert finding.cause == f"kong.yml:{len(file.splitlines())}"


def test_without_a_file_a_finding_has_no_cause():
    assert only(live('["*"]', declared=False).judge(foreign.ANY_ORIGIN, "/clinics")).cause == ""


def test_one_route_stands_for_those_with_the_same_plugin_and_is_asked_by_all_twelve():
    environment = Modelled().environment
    foreign_origins = foreign_to(intent_of(environment, "/clinics"))
    assert first_of(environment, "/users") == "/clinics"
    assert foreigners(environment, "/clinics") == foreign_origins
    assert len(foreign_origins) == 12
    assert len(foreigners(environment, "/users")) == 3
    assert foreign.ANY_ORIGIN.targets(environment) == ("/clinics",)
    assert (foreign.NULL_ALLOWED, "/clinics") in foreign.FOREIGN_ALLOWED.requires(environment, "/users")


def test_of_many_routes_with_one_plugin_each_is_asked_by_few():
    routes = "\n".join(f"  - {{name: r{n}, paths: [/api/v{n}/x], strip_path: false}}" for n in range(200))
    environment = Modelled(file_of().replace("plugins:", f"{routes}\nplugins:", 1)).environment
    declared = [environment.routes[0].model_copy(update={"path": f"/api/v{n}/x"}) for n in range(200)]
    environment = environment.completed(routes=tuple(declared))
    asked = {
        one.key for check in ROUTE for target in check.targets(environment)
        for one in check.observes(environment, target)
    }  # fmt: skip
    assert len(asked) < 200 * 5 + 80


def test_without_a_file_every_route_is_asked_by_all_twelve():
    environment = Modelled(declared=False).environment
    assert first_of(environment, "/users") == "/users"
    assert len(foreigners(environment, "/users")) == 12


def test_routes_with_plugins_of_their_own_stand_for_themselves():
    users = 'plugins: [{name: cors, config: {origins: ["https://app.example"]}}]'
    environment = Modelled(file_of(users=users)).environment
    assert first_of(environment, "/users") == "/users"


def test_what_a_policy_allows_to_everybody_is_not_looked_for():
    environment = Modelled(policy=(("origins", ["*"]), ("credentials", False))).environment
    assert isinstance(foreign.NULL_ALLOWED.targets(environment), NotDeclared)
    assert isinstance(errors.UNREADABLE_ERROR.targets(environment), NotDeclared)


def test_without_any_policy_nothing_is_judged():
    environment = Modelled().environment.model_copy(update={"route_classes": {"api": None}})
    environment = environment.model_copy(update={"routes": ()})
    for check in CHECKS:
        targets = check.targets(environment)
        assert isinstance(targets, NotDeclared) or targets == ("gateway",)


def test_the_404_of_no_route_needs_a_global_plugin():
    on_service = file_of("", more="- {name: cors, service: a, config: {%s}}\n" % CORS)  # noqa: UP031 - braces
    finding = only(Modelled(on_service).judge(errors.UNREADABLE_ERROR, "404 at kong-1"))
    assert finding.observed.startswith("404; the browser of https://app.example blocks the answer: no ")
    assert Modelled().judge(errors.UNREADABLE_ERROR, "404 at kong-1") == []


def test_a_foreign_page_reads_no_404():
    assert Modelled().judge(errors.FOREIGN_READS_ERROR, "404 at kong-1") == []
    assert only(live('["*"]').judge(errors.FOREIGN_READS_ERROR, "404 at kong-1"))


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.STALLED])
def test_an_error_that_did_not_come_is_not_judged(reason):
    stack = Modelled()
    nothing = Exchange(
        method="GET",
        url="http://kong.test/",
        request_id="1",
        failure=Failure(reason=reason, detail="no"),
        elapsed=1,
    )
    expected = errors.UNREADABLE_ERROR.expects(stack.environment, "404 at kong-1")
    assert isinstance(errors.UNREADABLE_ERROR.judge((nothing,), expected), Inconclusive)


def step(origin, status, *lines):
    return Exchange(
        method="GET", url="http://kong.test/clinics", request_id="1", sent=(("Origin", origin),),
        response=Response(status=status, headers=lines), elapsed=0.01,
    )  # fmt: skip


READABLE = (("Access-Control-Allow-Origin", APP), ("Access-Control-Allow-Credentials", "true"))
EVIL = "https://evilapp.example"
MINE = (("Access-Control-Allow-Origin", EVIL), ("Access-Control-Allow-Credentials", "true"))


@pytest.mark.parametrize(
    ("steps", "observed"),
    [
        ([step(APP, 200, *READABLE), step(EVIL, 200, *READABLE), step(APP, 429, *READABLE)], None),
        ([step(APP, 200, *READABLE), step(APP, 429)], "429; the browser of https://app.example blocks"),
        ([step(APP, 429, *READABLE), step(EVIL, 429, *MINE)], "any page on https://evilapp.example may read"),
        ([step(APP, 429, READABLE[0], *READABLE)], "2, which browsers read as"),
        ([step(APP, 200, *READABLE), step(EVIL, 429, *READABLE)], None),
    ],
)  # fmt: skip
def test_at_a_limit_the_app_reads_the_denial_and_nobody_else(steps, observed):
    check = denials.WRONG_AT_LIMIT
    expected = preflights.REFUSED.expects(Modelled().environment, "/clinics")
    found = check.judge((LimiterSeen(steps=tuple(steps)),), expected)
    if observed is None:
        assert found == []
    else:
        assert observed in only(found).observed


def hiding(*lines):
    return step(APP, 429, *READABLE, ("Retry-After", "60"), *lines)


@pytest.mark.parametrize(
    ("denial", "observed"),
    [
        (hiding(("Access-Control-Expose-Headers", "Retry-After")), None),
        (hiding(), "the browser keeps Retry-After from them: no Access-Control-Expose-Headers"),
        (hiding(("Access-Control-Expose-Headers", "Age")), "Access-Control-Expose-Headers is 'Age'"),
        (step(APP, 429, *READABLE), None),
    ],
)
def test_the_app_reads_how_long_it_has_to_wait_where_that_is_said(denial, observed):
    check = denials.WRONG_AT_LIMIT
    found = check.judge(
        (LimiterSeen(steps=(denial,)),), preflights.REFUSED.expects(Modelled().environment, "/clinics")
    )
    assert found == [] if observed is None else observed in only(found).observed


def test_a_limiter_that_denied_no_page_of_the_app_decides_nothing():
    expected = preflights.REFUSED.expects(Modelled().environment, "/clinics")
    seen = LimiterSeen(steps=(step(EVIL, 429),))
    assert isinstance(denials.WRONG_AT_LIMIT.judge((seen,), expected), Inconclusive)


def test_the_checks_are_in_the_catalogue():
    assert all(by_id(check.id) is check for check in CHECKS)
    assert len({check.id for check in CHECKS}) == len(CHECKS)
