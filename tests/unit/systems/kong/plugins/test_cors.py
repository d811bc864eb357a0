"""What cors answers, beyond what is on record: properties of every configuration, and the traps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.cors import DEFAULT_METHODS, Allowance, Cors, CorsRules, describe_origins
from atalaia.systems.kong.plugins.fields import fields_of, lines_of
from atalaia.systems.kong.plugins.turn import KongFailed
from atalaia.systems.kong.versions import V3_4, V3_8
from tests.support.kong_turns import SmallKong, plugin

HOSTS = ["a.example", "b.example", "a.example.evil.test", "xa.example", "localhost", "[::1]", "192.0.2.1"]
SCHEMES, PORTS = ["https://", "http://", "null", "ftp://", ""], ["", ":443", ":80", ":8443", ":"]
ORIGINS = st.one_of(
    st.builds("{}{}{}{}".format, st.sampled_from(SCHEMES), st.sampled_from(HOSTS), st.sampled_from(PORTS),
              st.sampled_from(["", "/", "/path", "?q", "#f"])),
    st.sampled_from(["null", "", "*", "https://", "https://user@a.example", "file://", "a"]),
    st.text(max_size=20),
)  # fmt: skip
ENTRIES = st.one_of(
    ORIGINS.filter(bool),
    st.sampled_from(["*", r".*\.example", r"https://.*\.example$", "^https://a.example", "a.example", "(",
                     "[a-", r".*example\.com", r"https?://(a|b)\.example", ".*"]),
)  # fmt: skip
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "origins": st.none() | st.lists(ENTRIES, max_size=4),
        "credentials": st.booleans(),
        "methods": st.none() | st.lists(st.sampled_from(DEFAULT_METHODS), max_size=3, unique=True),
        "headers": st.none() | st.lists(st.sampled_from(["Authorization", "X-Token"]), unique=True),
        "exposed_headers": st.none() | st.lists(st.sampled_from(["X-Total", "X-Page"]), unique=True),
        "max_age": st.none() | st.integers(0, 86400),
        "preflight_continue": st.booleans(),
    },
)


def allowed(policy: CorsRules, origin: str | None) -> Allowance | None:
    """None where Kong itself fails."""
    try:
        return policy.allows(origin)
    except KongFailed:
        return None


@given(CONFIGS, st.none() | ORIGINS, st.sampled_from([V3_4, V3_8]))
def test_every_answer_obeys_the_rules(config: dict[str, Any], origin: str | None, version: Any) -> None:
    """Nothing but an empty Origin fails; `*` never comes with credentials; what is dynamic says Vary."""
    policy = CorsRules(config, version)
    said = allowed(policy, origin)
    if said is None:
        assert origin == ""
        assert not policy.any
        assert policy.literal is None
        return
    if said.origin == "*" != origin:
        assert not said.credentials
    if said.credentials:
        assert policy.credentials
    if policy.literal is not None:
        assert said == Allowance(policy.literal, policy.credentials, True), "always, whatever came"
    elif policy.any:
        reflected = policy.credentials and origin is not None
        assert said.origin == (origin if reflected else "*")
        assert said.vary is said.credentials is reflected
    else:
        assert said.vary
        assert said.origin is None or said.origin == "*" or origin is not None


@given(CONFIGS, ORIGINS, st.none() | st.just("X-Other, X-More"))
def test_a_preflight_allows_what_the_request_itself_is_allowed(
    config: dict[str, Any], origin: str, wanted: str | None
) -> None:
    """The same origin and credentials; methods and headers as configured, else all, else those asked for."""
    policy = CorsRules(config)
    said = allowed(policy, origin)
    if said is None:
        with pytest.raises(KongFailed):
            policy.preflight(origin, wanted)
        return
    preflight = policy.preflight(origin, wanted)
    assert preflight.allowance == said
    assert preflight.methods == (
        DEFAULT_METHODS if config.get("methods") is None else tuple(config["methods"])
    )
    assert preflight.headers == (",".join(config.get("headers") or ()) or wanted)
    assert preflight.max_age == config.get("max_age")


@given(CONFIGS, st.none() | ORIGINS)
def test_versions_differ_in_nothing_but_a_star_in_a_list(config: dict[str, Any], origin: str | None) -> None:
    origins = config.get("origins") or []
    old, new = allowed(CorsRules(config, V3_4), origin), allowed(CorsRules(config, V3_8), origin)
    if len(origins) < 2 or "*" not in origins:
        assert old == new


@given(CONFIGS, st.none() | ORIGINS, st.booleans())
def test_the_step_answers_once_and_never_raises_but_its_own(
    config: dict[str, Any], origin: str | None, upstream_speaks: bool
) -> None:
    """At most one Access-Control-Allow-Origin leaves, whatever the upstream says; its own Vary stays."""
    step = Cors(Plugin("", "cors", None, None, None, None, True, config, {}), V3_4)
    turn = SmallKong().begin(*([] if origin is None else [("Origin", origin)]))
    said = allowed(step.policy, origin)
    upstream = [("Access-Control-Allow-Origin", "https://upstream.example"), ("Vary", "Accept")]
    fields = fields_of(upstream if upstream_speaks else [])
    if said is None:
        with pytest.raises(KongFailed):
            step.header_filter(turn, 200, fields)
        return
    step.header_filter(turn, 200, fields)
    lines = lines_of(fields)
    sent = [value for name, value in lines if name == "Access-Control-Allow-Origin"]
    assert sent == ([] if said.origin is None else [said.origin])
    assert (("Vary", "Accept") in lines) is upstream_speaks
    assert (("vary", "Origin") in lines) is said.vary


def policy(*origins: str, version: Any = V3_4, **config: Any) -> CorsRules:
    return CorsRules({"origins": list(origins), **config}, version)


@pytest.mark.parametrize(
    ("origin", "answer"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("https://a.example/path?q", "https://a.example"),
        ("https://user@a.example", "https://a.example"),
        ("https://A.example", None),
        ("https://a.example:", None),
        ("http://a.example", None),
        ("http://b.example:80", "http://b.example"),
        ("http://[::1]:8080", "http://::1:8080"),
    ],
)
def test_entries_of_a_list_are_compared_by_scheme_host_and_port(origin: str, answer: str | None) -> None:
    """Default ports are dropped, from the answer too; so are paths, and the brackets of IPv6."""
    found = policy("https://a.example", "http://b.example", "http://[::1]:8080").allows(origin)
    if "[" in origin:
        assert found.origin in (None, answer), "an entry with brackets is a regular expression"
    else:
        assert found.origin == answer


def test_an_entry_without_a_scheme_never_matches_in_a_list() -> None:
    two = policy("a.example", "https://b.example")
    assert [two.allows(it).origin for it in ("https://a.example", "http://a.example")] == [None, None]
    assert policy("a.example").allows("https://a.example").origin == "a.example", "alone it is sent as it is"


def test_an_unescaped_dot_makes_no_regular_expression() -> None:
    """A dot is an ordinary character of an origin; only another one turns the entry into an expression."""
    assert policy("https://a.example", "https://b.example").allows("https://axexample").origin is None
    loose = policy(r"https://(www|app).a.example")
    assert loose.allows("https://wwwxa.example").origin == "https://wwwxa.example"


@pytest.mark.parametrize(
    "origin", ["https://x.example.com", "http://x.example.com:8080", "ftp://notexample.com"]
)
def test_an_expression_without_a_colon_ignores_scheme_and_port(origin: str) -> None:
    assert policy(r".*example\.com").allows(origin).origin == origin


def test_expressions_are_anchored_at_both_ends() -> None:
    anchored = policy(r"https://(a|b)\.example")
    assert anchored.allows("https://a.example").origin == "https://a.example"
    for other in ("https://a.example.evil.test", "xhttps://a.example", "https://ca.example"):
        assert anchored.allows(other).origin is None


def test_a_star_in_a_list_means_nothing_before_3_8_and_anyone_since() -> None:
    origins = "https://a.example", "*"
    assert policy(*origins).allows("https://evil.test").origin is None
    assert policy(*origins, version=V3_8).allows("https://evil.test").origin == "*"
    assert policy(*origins, version=V3_8, credentials=True).allows("https://evil.test") == Allowance(
        "https://evil.test", True, True, twice=True
    )


def test_an_empty_origin_kills_the_request() -> None:
    """Kong's own assertion fails (Kong#14352): 500 to a preflight, a closed connection otherwise."""
    kong = SmallKong(plugin("cors", origins=["https://a.example", "https://b.example"]))
    turn, answer = kong.ask(("Origin", ""), ("Access-Control-Request-Method", "GET"), method="OPTIONS")
    assert answer is not None
    assert answer.status == 500
    assert turn.finish(500, []) == []
    assert kong.begin(("Origin", "")).finish(200, []) is None


def test_what_entries_mean_is_said_where_it_is_not_what_it_looks_like() -> None:
    assert describe_origins(["https://a.example", "https://b.example"]) == {}
    assert describe_origins(["*"]) == {}
    assert describe_origins(["https://a.example"]).keys() == {"https://a.example"}
    assert describe_origins(["a.example", "*", r".*\.example"]).keys() == {"a.example", "*", r".*\.example"}
    assert describe_origins(["*", "https://a.example"], V3_8)["*"] == "any origin"
