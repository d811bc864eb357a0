"""Preflights: the judge that is used agrees with the standard, and lists that are none decide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.checks.check import Inconclusive
from atalaia.checks.cors.preflights import REFUSED, judge_preflight
from atalaia.checks.cors.requests import wish
from atalaia.checks.cors.width import TOO_WIDE
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.response import Response
from tests.unit.checks.cors.fetch_standard import cors_preflight_succeeds
from tests.unit.checks.cors.modelled import APP, Modelled

ALLOWED = (
    ("Access-Control-Allow-Origin", APP),
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Methods", "GET,PUT"),
    ("Access-Control-Allow-Headers", "Authorization,X-Clinic-ID"),
)
EXPECTED = {
    credentials: REFUSED.expects(
        Modelled(policy=(("credentials", credentials),)).environment, "/clinics"
    )
    for credentials in (True, False)
}  # fmt: skip


def answered(status, lines):
    return Exchange(
        method="OPTIONS", url="http://kong.test/clinics", request_id="1", sent=(("Origin", APP),),
        response=Response(status=status, headers=tuple(lines)), elapsed=0.01,
    )  # fmt: skip


def without(name):
    return tuple(line for line in ALLOWED if not line[0].endswith(name))


LINES = st.lists(
    st.one_of(
        st.sampled_from(ALLOWED),
        st.tuples(st.just("Access-Control-Allow-Origin"), st.sampled_from([APP, "*", "null"])),
        st.tuples(
            st.sampled_from(["Access-Control-Allow-Methods", "access-control-allow-headers"]),
            st.sampled_from(["*", "PUT", "put", "a b", "", "authorization, x-clinic-id", "Authorization"]),
        ),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([200, 204, 302, 404]), st.one_of(LINES, LINES.map(lambda some: [*ALLOWED, *some])),
       st.booleans())  # fmt: skip
def test_the_judge_of_a_preflight_agrees_with_the_standard(status, lines, credentials):
    expected = EXPECTED[credentials]
    intent = expected.intent
    wishes = [wish(intent, APP, "GET")]
    wishes += [type(wishes[0])(APP, method, credentials=credentials) for method in intent.methods]
    refused = not all(cors_preflight_succeeds(each, status, lines) for each in wishes)
    assert bool(list(judge_preflight(answered(status, lines), expected))) == refused


@pytest.mark.parametrize(
    ("status", "lines", "observed"),
    [
        (404, ALLOWED, "the preflight's status is 404, not 200 to 299"),
        (200, (*without("Methods"), ("Access-Control-Allow-Methods", "G ET")), "Methods is no list"),
        (200, without("Credentials"), "no Access-Control-Allow-Credentials"),
        (200, without("Methods"), "PUT is not among the allowed methods (none)"),
        (200, without("Headers"), "request header authorization, x-clinic-id is not allowed"),
    ],
)  # fmt: skip
def test_why_the_browser_does_not_send(status, lines, observed):
    (finding,) = judge_preflight(answered(status, lines), EXPECTED[True])
    assert observed in finding.observed


@pytest.mark.parametrize("name", ["Access-Control-Allow-Methods", "Access-Control-Allow-Headers"])
def test_how_much_a_list_allows_that_is_none_cannot_be_told(name):
    good = answered(200, ALLOWED)
    bad = answered(200, [line if line[0] != name else (name, "TRACE CONNECT") for line in ALLOWED])
    expected = TOO_WIDE.expects(Modelled().environment, "/clinics")
    assert TOO_WIDE.judge((good, good), expected) == []
    for seen in ((bad, good), (good, bad)):
        said = TOO_WIDE.judge(seen, expected)
        assert isinstance(said, Inconclusive)
        assert name in said.reason
