"""Content Security Policies as browsers read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.checks.headers import csp
from sandbox.standins.services.helmet import HELMET

HELMET_8 = dict(HELMET)["Content-Security-Policy"]
DATA = "default-src 'none'; frame-ancestors 'none'"
OWASP = (
    "default-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'; "
    "upgrade-insecure-requests"
)


def mistakes(*values: str) -> tuple[str, ...]:
    return csp.mistakes(csp.parse(values))


def permissions(*values: str, of_pages: bool = True) -> tuple[str, ...]:
    return csp.permissions(csp.parse(values), of_pages=of_pages)


@pytest.mark.parametrize("policy", [HELMET_8, DATA, OWASP], ids=["Helmet 8", "for data", "OWASP"])
def test_what_the_authorities_recommend_is_without_fault(policy):
    assert mistakes(policy) == ()
    assert permissions(policy) == ()


def test_directives_are_names_in_any_case_with_the_first_of_equals_counting():
    (policy,) = csp.parse([" Default-Src  'self' ;; IMG-SRC data:; default-src *"])
    assert policy.directives == {"default-src": ("'self'",), "img-src": ("data:",)}
    assert policy.duplicates == ("default-src",)


def test_a_comma_or_another_header_begins_another_policy():
    assert len(csp.parse(["default-src 'none', script-src 'self'", "img-src *"])) == 3
    assert csp.parse(["", " ; , ;"]) == ()


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("default-src 'none'; default-src 'self'", "default-src is there twice"),
        ("default-src self", "self without quotes"),
        ("script-src 'none' https://a.example", "'none' beside other sources"),
        ("defualt-src 'self'", "defualt-src is no directive"),
        ("script-src 'strict-dynamic' 'self'", "without a nonce or a hash lets no script run"),
    ],
)
def test_a_policy_that_means_something_else_is_a_mistake(policy, said):
    (mistake,) = mistakes(policy)
    assert said in mistake


def test_strict_dynamic_with_a_nonce_is_none():
    assert (
        mistakes("script-src 'strict-dynamic' 'nonce-abc123' 'unsafe-inline' https:; object-src 'none'") == ()
    )


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("default-src 'self' 'unsafe-inline'", "default-src: 'unsafe-inline'"),
        ("default-src 'self'; script-src 'UNSAFE-INLINE'", "script-src: 'unsafe-inline'"),
        ("default-src 'self'; script-src-attr 'unsafe-inline'", "script-src-attr: 'unsafe-inline'"),
        ("default-src 'self'; script-src 'self' 'unsafe-eval'", "script-src: 'unsafe-eval'"),
        ("default-src 'self'; script-src *", "scripts from anywhere: *"),
        ("default-src 'self'; script-src https:", "scripts from anywhere: https:"),
        ("default-src 'self'; script-src 'self' data:", "scripts from anywhere: data:"),
        ("default-src 'self'; script-src https://*", "scripts from anywhere: https://*"),
        ("default-src 'self'; object-src *", "plugins from anywhere: *"),
        ("object-src 'none'", "neither script-src nor default-src"),
        ("script-src 'self'", "neither object-src nor default-src"),
    ],
)
def test_what_lets_an_injected_script_run_is_told(policy, said):
    (permission,) = permissions(policy)
    assert said in permission


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'self'; script-src 'unsafe-inline' 'nonce-c2VjcmV0'",
        "default-src 'self'; script-src 'unsafe-inline' 'sha256-AbCd/+12=='",
        "default-src 'self'; script-src 'strict-dynamic' 'nonce-x' https: 'unsafe-inline'",
        "default-src 'self'; style-src 'unsafe-inline'",
        "default-src 'self'; script-src https://*.cdn.example",
        "default-src 'self'; img-src * data:",
    ],
)
def test_what_browsers_take_back_or_what_is_no_script_is_not_told(policy):
    assert permissions(policy) == ()


def test_policies_intersect_so_one_that_forbids_is_enough():
    loose, strict = "default-src * 'unsafe-inline'", "default-src 'self'"
    assert permissions(loose, strict) == ()
    assert permissions(f"{loose}, {strict}") == ()
    assert len(permissions(loose, loose)) == 3


def test_of_data_nothing_is_asked_that_the_policy_does_not_speak_of():
    assert permissions("frame-ancestors 'none'", of_pages=False) == ()
    assert len(permissions("frame-ancestors 'none'")) == 2
    assert permissions("script-src *", of_pages=False)


def test_the_strictest_frame_ancestors_counts():
    assert csp.framing(csp.parse(["default-src 'self'"])) is None
    assert csp.framing(csp.parse(["frame-ancestors *", "frame-ancestors 'self'"])) == ("'self'",)


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail(text):
    policies = csp.parse([text])
    csp.mistakes(policies)
    csp.permissions(policies)
    csp.framing(policies)


@given(
    st.lists(
        st.sampled_from(["default-src", "script-src", "img-src", "*", "'self'", ";", ",", " "]), max_size=12
    )
)
def test_one_more_policy_never_permits_more(parts):
    text = " ".join(parts)
    assert set(permissions(text, DATA)) <= set(permissions(text))
