"""What the values of security headers mean."""

from __future__ import annotations

import pytest

from atalaia.checks.headers import values
from atalaia.checks.headers.values import as_declared

GOOD = [
    (values.nosniff, "nosniff"),
    (values.nosniff, "NoSniff, nosniff"),
    (values.frame_options, "deny"),
    (values.frame_options, "SAMEORIGIN"),
    (values.frame_options, "DENY, DENY"),
    (values.referrer_policy, "no-referrer"),
    (values.referrer_policy, "unsafe-url, strict-origin-when-cross-origin"),
    (values.referrer_policy, "no-referrer, a-new-one"),
    (values.transport_security, "max-age=15552000"),
    (values.transport_security, 'includeSubDomains; MAX-AGE="31536000"'),
    (values.transport_security, "max-age=63072000; includeSubDomains; preload"),
    (values.no_xss_auditor, "0"),
    (values.no_store, "private, No-Store, max-age=0"),
    (values.one_of("same-origin"), 'same-origin; report-to="coop"'),
]
BAD = [
    (values.nosniff, "none", "guess"),
    (values.nosniff, "", "guess"),
    (values.frame_options, "ALLOW-FROM https://a.example", "ALLOW-FROM"),
    (values.frame_options, "ALLOWALL", "ignore"),
    (values.frame_options, "DENY, SAMEORIGIN", "ignore"),
    (values.referrer_policy, "no-referrer, unsafe-url", "unsafe-url"),
    (values.referrer_policy, "no-referrer-when-downgrade", "tells other sites"),
    (values.referrer_policy, "never", "know none"),
    (values.transport_security, "max-age=300", "less than 15552000"),
    (values.transport_security, "max-age=0; includeSubDomains", "takes the protection back"),
    (values.transport_security, "includeSubDomains", "no max-age"),
    (values.transport_security, "max-age=31536000; max-age=0", "twice"),
    (values.transport_security, "max-age=-1", "no max-age"),
    (values.transport_security, "max-age=31536000; preload", "preload asks"),
    (values.no_xss_auditor, "1; mode=block", "filter"),
    (values.no_store, "no-cache, private", "caches may keep"),
    (values.one_of("same-origin"), "unsafe-none", "nothing"),
]


@pytest.mark.parametrize(("problem", "value"), GOOD)
def test_values_that_protect_are_taken_in_any_writing(problem, value):
    assert problem(value) == ""


@pytest.mark.parametrize(("problem", "value", "said"), BAD)
def test_values_that_protect_from_nothing_are_told(problem, value, said):
    assert said in problem(value)


@pytest.mark.parametrize(
    ("header", "wanted", "value"),
    [
        ("X-Robots-Tag", "noindex,  nofollow", "NOINDEX,nofollow"),
        ("X-Anything", "*", "whatever"),
        ("Strict-Transport-Security", "max-age=300", "max-age=31536000; includeSubDomains"),
        ("Cache-Control", "no-store", "no-store, max-age=0"),
        (
            "Content-Security-Policy",
            "script-src 'self' https://a.example",
            "script-src 'self'; img-src 'self'",
        ),
        ("Content-Security-Policy", "script-src 'self'", "script-src 'none'"),
    ],
)
def test_a_declared_value_is_satisfied_by_a_stronger_one(header, wanted, value):
    assert as_declared(header, wanted)(value) == ""


@pytest.mark.parametrize(
    ("header", "wanted", "value"),
    [
        ("X-Robots-Tag", "noindex", "index"),
        ("Strict-Transport-Security", "max-age=31536000", "max-age=15552000"),
        ("Strict-Transport-Security", "max-age=300; includeSubDomains", "max-age=31536000"),
        ("Cache-Control", "no-store, private", "no-store"),
        ("Content-Security-Policy", "script-src 'self'", "script-src 'self' *"),
        ("Content-Security-Policy", "script-src 'self'; object-src 'none'", "script-src 'self'"),
    ],
)
def test_a_declared_value_is_not_satisfied_by_a_weaker_one(header, wanted, value):
    assert as_declared(header, wanted)(value)
