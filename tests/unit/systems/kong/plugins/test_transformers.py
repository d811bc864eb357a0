"""response-transformer and request-transformer: what becomes of headers, queries and paths."""

from __future__ import annotations

from tests.support.kong_turns import SmallKong, plugin


def test_the_response_transformer_looks_at_headers_as_they_came() -> None:
    """add overrides nothing, replace is for what is there, what is removed and added stays away."""
    kong = SmallKong(
        plugin(
            "response-transformer",
            remove={"headers": ["Server", "X-Twice"]},
            rename={"headers": ["X-Old:X-New", "X-Absent:X-Never"]},
            replace={"headers": ["X-Weak:strong", "X-Absent:never"]},
            add={"headers": ["Server:hidden", "X-Weak:ignored", "X-Added:a:b"]},
            append={"headers": ["X-Added:more", "Set-Cookie:c=2"]},
        )
    )
    came = [
        ("server", "s"),
        ("x-old", "1"),
        ("x-weak", "w"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("Set-Cookie", "c=1"),
    ]
    assert kong.begin().finish(200, came) == [
        ("X-Weak", "strong"), ("Set-Cookie", "c=1"), ("Set-Cookie", "c=2"), ("X-New", "1"),
        ("X-Added", "a:b"), ("X-Added", "more"),
    ]  # fmt: skip


def test_the_request_transformer_changes_what_the_upstream_sees() -> None:
    kong = SmallKong(
        plugin(
            "request-transformer",
            http_method="PUT",
            remove={"headers": ["X-Drop"], "querystring": ["drop"]},
            rename={"headers": ["X-Old:X-New"], "querystring": ["old:new"]},
            replace={
                "headers": ["X-Weak:strong", "X-Absent:never", "Host:inner.example"],
                "querystring": ["q:2"],
            },
            add={
                "headers": ["X-Who:$(headers.user_agent)", "X-Weak:ignored"],
                "querystring": ["page:$(query_params.q)"],
            },
            append={"headers": ["X-Via:kong"], "querystring": ["tag:b c"]},
        )
    )
    turn, answer = kong.ask(
        ("X-Drop", "1"), ("X-Old", "o"), ("X-Weak", "w"), ("User-Agent", "probe"),
        target="/api/x?drop=1&old=1&q=1&tag=a",
    )  # fmt: skip
    assert answer is None
    assert (turn.method, turn.host) == ("PUT", "inner.example")
    assert turn.upstream_target() == "/x?new=1&page=1&q=2&tag=a&tag=b%20c"
    assert turn.headers[1:] == [
        ("X-Weak", "strong"), ("User-Agent", "probe"), ("X-New", "o"), ("X-Who", "probe"), ("X-Via", "kong"),
    ]  # fmt: skip


def test_a_path_may_be_rewritten_from_what_the_route_captured() -> None:
    uri = "/v2/$(uri_captures.id)/$(uri_captures[1])$(uri_captures['none'])"
    kong = SmallKong(plugin("request-transformer", replace={"uri": uri}), path=r"~/api/(?<id>\d+)")
    turn, answer = kong.ask(target="/api/17?a=1")
    assert (answer, turn.upstream_target()) == (None, "/v2/17/17?a=1")
    plain = SmallKong(plugin("request-transformer", replace={"uri": uri}))
    assert plain.ask()[0].upstream_target() == "/v2//", "a prefix captures nothing"


def test_a_template_that_the_model_does_not_know_fails_instead_of_passing() -> None:
    kong = SmallKong(plugin("request-transformer", add={"headers": ["X-A:$(headers.a .. 'b')"]}))
    _, answer = kong.ask()
    assert answer is not None
    assert answer.status == 500
