"""What a browser does with CORS headers, held against the steps of the Fetch standard as they are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atalaia.checks.cors.fetch import Wish, readable_headers, why_refused, why_unreadable
from tests.unit.checks.cors.fetch_standard import cors_check, cors_preflight_succeeds, exposed_header_names

APP = "https://app.example"
OK = ("Access-Control-Allow-Origin", APP)
TRUE = ("Access-Control-Allow-Credentials", "true")


def methods(text):
    return ("Access-Control-Allow-Methods", text)


def headers(text):
    return ("Access-Control-Allow-Headers", text)


USER = Wish(APP, credentials=True)
ANYBODY = Wish(APP)


@pytest.mark.parametrize(
    ("wish", "lines", "reason"),
    [
        (USER, [OK, TRUE], None),
        (ANYBODY, [OK], None),
        (ANYBODY, [("access-control-allow-origin", "*")], None),
        (Wish("null"), [("Access-Control-Allow-Origin", "null")], None),
        (USER, [], "no Access-Control-Allow-Origin"),
        (USER, [("Access-Control-Allow-Origin", "*"), TRUE], "no wildcard"),
        (USER, [OK], "no Access-Control-Allow-Credentials"),
        (USER, [OK, ("Access-Control-Allow-Credentials", "True")], "'True'; with credentials it must be"),
        (USER, [OK, OK, TRUE], "2 Access-Control-Allow-Origin headers, which together are"),
        (ANYBODY, [("Access-Control-Allow-Origin", "*"), OK], "2 Access-Control-Allow-Origin headers"),
        (ANYBODY, [("Access-Control-Allow-Origin", APP + "/")], "no slash at its end"),
        (ANYBODY, [("Access-Control-Allow-Origin", "http://app.example")], "not 'https://app.example'"),
        (ANYBODY, [("Access-Control-Allow-Origin", "app.example")], "not 'https://app.example'"),
    ],
)
def test_why_a_browser_keeps_an_answer_from_a_page(wish, lines, reason):
    said = why_unreadable(wish, lines)
    assert (said is None) if reason is None else (said is not None and reason in said)


@pytest.mark.parametrize(
    ("wish", "status", "lines", "reason"),
    [
        (Wish(APP, "PUT"), 200, [methods("GET,PUT")], None),
        (Wish(APP, "PUT"), 204, [methods("*")], None),
        (Wish(APP, "POST"), 200, [], None),
        (Wish(APP, "PUT"), 404, [methods("PUT")], "status is 404"),
        (Wish(APP, "PUT"), 302, [methods("PUT")], "status is 302"),
        (Wish(APP, "PUT"), 200, [methods("put")], "PUT is not among the allowed methods (put)"),
        (Wish(APP, "PUT"), 200, [], "(none)"),
        (Wish(APP, "PUT"), 200, [methods("P UT")], "no list of tokens"),
        (Wish(APP, "PUT", credentials=True), 200, [TRUE, methods("*")], "`*` is only a name"),
        (Wish(APP, headers=[("X-Clinic-ID", "1")]), 200, [headers("x-clinic-id")], None),
        (Wish(APP, headers=[("X-Clinic-ID", "1")]), 200, [headers("*")], None),
        (Wish(APP, headers=[("X-Clinic-ID", "1")]), 200, [], "request header x-clinic-id is not allowed"),
        (Wish(APP, headers=[("Authorization", "t")]), 200, [headers("*")], "never covers it"),
        (Wish(APP, headers=[("Authorization", "t")]), 200, [headers("*, authorization")], None),
        (
            Wish(APP, headers=[("X-Clinic-ID", "1")], credentials=True), 200, [TRUE, headers("*")],
            "x-clinic-id is not allowed (with credentials `*` is only a name)",
        ),
        (Wish(APP, headers=[("Content-Type", "text/plain")]), 200, [], None),
        (Wish(APP, headers=[("Content-Type", "application/json")]), 200, [], "content-type"),
        (Wish(APP, headers=[("Accept", "x" * 129)]), 200, [], "accept"),
    ],
)  # fmt: skip
def test_why_a_browser_does_not_send_a_request(wish, status, lines, reason):
    said = why_refused(wish, status, [OK, *lines])
    assert (said is None) if reason is None else (said is not None and reason in said)


def test_what_needs_no_permission_is_not_asked_for():
    assert not Wish(
        APP, "POST", [("Content-Type", "text/plain; charset=utf-8"), ("Accept", "*/*")]
    ).preflighted
    assert Wish(APP, "POST", [("Content-Type", "application/json")]).preflighted
    assert Wish(APP, "DELETE").preflighted
    assert Wish(APP, headers=[("Range", "bytes=5-2")]).preflighted
    assert not Wish(APP, headers=[("Range", "bytes=0-1023")]).preflighted


ORIGINS = st.sampled_from(
    [APP, "http://app.example", "https://app.example:8443", "null", "https://evil.example"]
)
NAMES = st.sampled_from([
    "Authorization", "authorization", "Content-Type", "X-Clinic-ID", "Accept", "Accept-Language",
    "Range", "x-y",
])  # fmt: skip
VALUES = st.one_of(
    st.sampled_from([
        "*/*", "application/json", "text/plain;charset=x", "text/plain", "multipart/form-data", "bytes=0-9",
        "bytes=9-0", "bytes=-5", "bytes=5-", "pt-BR", "a\"b", "x" * 128, "x" * 129, "text/plain(",
        "en;q=0.5", "",
    ]),
    st.text("abc/;=*()\" ,-", max_size=8),
)  # fmt: skip
WISHES = st.builds(
    Wish,
    ORIGINS,
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "patch", "OPTIONS"]),
    st.lists(st.tuples(NAMES, VALUES), max_size=10).map(tuple),
    st.booleans(),
)
LISTS = st.lists(
    st.sampled_from(
        ["*", "GET", "PUT", "put", "PATCH", "authorization", "X-Clinic-ID", "content-type", "a b", "", " "]
    ),
    max_size=4,
).map(",".join)  # fmt: skip
LINES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["Access-Control-Allow-Origin", "access-control-allow-origin"]),
            st.one_of(ORIGINS, st.sampled_from(["*", APP + "/", "app.example", "", f"{APP}, {APP}", "NULL"])),
        ),
        st.tuples(
            st.just("Access-Control-Allow-Credentials"), st.sampled_from(["true", "True", "false", "1", ""])
        ),
        st.tuples(
            st.sampled_from([
                "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
                "ACCESS-CONTROL-ALLOW-HEADERS", "Access-Control-Expose-Headers",
            ]),
            LISTS,
        ),
    ),
    max_size=6,
)  # fmt: skip
LIKELY = st.tuples(ORIGINS, LINES).map(
    lambda both: [("Access-Control-Allow-Origin", both[0]), TRUE, *both[1]]
)


@settings(max_examples=150, deadline=None)
@given(WISHES, st.one_of(LINES, LIKELY))
def test_the_cors_check_agrees_with_the_standard(wish, lines):
    assert (why_unreadable(wish, lines) is None) == cors_check(wish, lines)


@settings(max_examples=150, deadline=None)
@given(
    WISHES,
    st.sampled_from([199, 200, 204, 299, 300, 304, 401, 404, 500]),
    st.one_of(LINES, LIKELY),
    st.booleans(),
)
@example(Wish(APP, "PUT", (("Authorization", ""),)), 200, [OK, methods("*"), headers("*")], True)
def test_the_judgement_of_a_preflight_agrees_with_the_standard(wish, status, lines, allowed):
    if allowed:
        status = 200
        lines = [line for line in lines if line[0].lower() != "access-control-allow-origin"]
        lines += [("Access-Control-Allow-Origin", wish.origin)]
    assert (why_refused(wish, status, lines) is None) == cors_preflight_succeeds(wish, status, lines)


@settings(max_examples=100, deadline=None)
@given(LINES, st.lists(NAMES, max_size=4), st.booleans())
def test_what_a_page_may_read_agrees_with_the_standard(lines, names, credentials):
    present = [*lines, *((name, "1") for name in names)]
    standard = exposed_header_names(credentials, present)
    assert readable_headers(lines, names, credentials=credentials) == standard & {n.lower() for n in names}
