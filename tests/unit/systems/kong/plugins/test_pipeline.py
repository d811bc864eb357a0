"""The order of the plugins, what runs on Kong's own answers, and counting outside of the model."""

from __future__ import annotations

import json

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.plugins import Answer, Counting, unmodelled
from atalaia.systems.kong.plugins.known import KNOWN
from tests.support.kong_recordings import DECLARATIVE, recordings
from tests.support.kong_turns import NOW, SmallKong, declared, message, plugin

CORS = plugin("cors", origins=["https://a.example"])
MARK = plugin("response-transformer", add={"headers": ["X-Mark:yes"]})
REDIS = {"policy": "redis", "redis_host": "redis.example", "redis_password": "hidden"}
ALICE = {"username": "alice", "keyauth_credentials": [{"key": "a"}]}


def test_priorities_are_those_that_kong_tells() -> None:
    """`GET /` of the recorded node lists them."""
    (root,) = [recorded for recorded in recordings("admin") if recorded.note == "root"]
    told = json.loads(root.body)["plugins"]["available_on_server"]
    assert {name: priority for name, (priority, _) in KNOWN.items()} == {
        name: told[name]["priority"] for name in KNOWN
    }


def test_what_comes_first_answers_first() -> None:
    """A preflight before authentication; authentication before the limiter, which counts nothing then."""
    kong = SmallKong(plugin("rate-limiting", minute=1), plugin("key-auth"), CORS)
    preflight = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET")]
    for _ in range(3):
        _, answer = kong.ask(*preflight, method="OPTIONS")
        assert answer == Answer(200, None, b"")
        turn, answer = kong.ask()
        assert answer is not None
        assert answer.status == 401
        assert turn.finish(401, []) == [
            ("vary", "Origin"),
            ("Access-Control-Allow-Origin", "https://a.example"),
        ]


def test_header_filters_run_on_kongs_own_answers() -> None:
    """A 429 carries CORS and the headers that are added."""
    kong = SmallKong(plugin("rate-limiting", minute=1), CORS, MARK)
    kong.ask()
    turn, answer = kong.ask()
    assert answer is not None
    assert answer.status == 429
    found = turn.finish(429, [("Content-Length", "41"), *answer.headers])
    assert found is not None
    assert ("Access-Control-Allow-Origin", "https://a.example") in found
    assert ("X-Mark", "yes") in found


def test_only_global_plugins_mark_the_404_of_no_route() -> None:
    kong = SmallKong(CORS, everywhere=(MARK, plugin("rate-limiting", minute=5)))
    assert kong.begin(target="/none").finish(404, []) == [("X-Mark", "yes")]
    assert SmallKong(CORS, MARK).begin(target="/none").finish(404, []) == []


def test_a_consumer_may_have_limits_of_its_own() -> None:
    own = {**plugin("rate-limiting", minute=7), "consumer": "alice"}
    everybody = plugin("rate-limiting", minute=3)
    bob = {"username": "bob", "keyauth_credentials": [{"key": "b"}]}
    kong = SmallKong(plugin("key-auth"), everybody, everywhere=(own,), consumers=(ALICE, bob))
    limits = {key: kong.ask(("apikey", key))[0].early["ratelimit-limit"][0][1] for key in "ab"}
    assert limits == {"a": "7", "b": "3"}, "a consumer's instance beats a route's"
    kong = SmallKong(plugin("key-auth"), everywhere=(own, everybody), consumers=(ALICE, bob))
    limits = {key: kong.ask(("apikey", key))[0].early["ratelimit-limit"][0][1] for key in "ab"}
    assert limits == {"a": "7", "b": "3"}


def test_a_plugin_that_only_some_consumer_has_runs_for_it_alone() -> None:
    own = {**MARK, "consumer": "alice"}
    kong = SmallKong(
        plugin("key-auth", anonymous="guest"), everywhere=(own,), consumers=(ALICE, {"username": "guest"})
    )
    turn, _ = kong.ask(("apikey", "a"))
    assert turn.finish(200, []) == [("X-Mark", "yes")]
    turn, _ = kong.ask()
    assert turn.finish(200, []) == []


def test_redis_is_counted_before_the_decision() -> None:
    """The request says what to count; what INCR answers includes it."""
    kong = SmallKong(plugin("rate-limiting", minute=2, hour=9, limit_by="ip", **REDIS), MARK)
    turn = kong.begin()
    counting = turn.access()
    assert isinstance(counting, Counting)
    assert (counting.store.host, counting.store.port, counting.store.timeout) == ("redis.example", 6379, 2000)
    assert "hidden" not in repr(counting)
    route, scope = kong.configuration.routes[0].id, "00000000-0000-0000-0000-000000000000"
    assert [(it.key, it.expires) for it in counting.increments] == [
        (f"ratelimit:{route}:{scope}:192.0.2.1:1795258080000:minute", 60),
        (f"ratelimit:{route}:{scope}:192.0.2.1:1795255200000:hour", 3600),
    ]
    assert turn.resume([2, 2]) is None
    told = turn.finish(200, [])
    assert told is not None
    assert ("X-RateLimit-Remaining-Minute", "0") in told
    assert ("X-Mark", "yes") in told
    assert not turn.deferred, "it is counted already"


def test_redis_counts_what_is_rejected() -> None:
    kong = SmallKong(plugin("rate-limiting", minute=2, hour=9, **REDIS))
    turn = kong.begin()
    turn.access()
    answer = turn.resume([3, 5])
    assert isinstance(answer, Answer)
    assert answer.status == 429
    assert ("X-RateLimit-Remaining-Hour", "5") in answer.headers, (
        "four were counted before, two of them in vain"
    )


def test_without_redis_everything_passes_and_nothing_is_told() -> None:
    """fault_tolerant, by default: fail-open."""
    kong = SmallKong(plugin("rate-limiting", minute=1, **REDIS))
    turn = kong.begin()
    turn.access()
    assert turn.resume(None) is None
    assert turn.finish(200, []) == []


def test_without_redis_a_limiter_that_tolerates_no_fault_answers_500() -> None:
    kong = SmallKong(plugin("rate-limiting", minute=1, fault_tolerant=False, **REDIS))
    turn = kong.begin()
    turn.access()
    answer = turn.resume(None)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (500, b'{"message":"An unexpected error occurred"}')


def test_what_follows_a_counting_plugin_runs_after_it() -> None:
    kong = SmallKong(
        plugin("rate-limiting", minute=9, **REDIS), plugin("request-termination", status_code=410)
    )
    turn = kong.begin()
    turn.access()
    answer = turn.resume([1])
    assert isinstance(answer, Answer)
    assert answer.status == 410


def test_local_counts_are_of_the_node_and_outlive_its_configuration() -> None:
    """A burst whose requests are all decided before the first is counted passes whole."""
    limiter = plugin("rate-limiting", minute=2)
    kong = SmallKong(limiter)
    burst = [kong.begin() for _ in range(5)]
    assert [turn.access() for turn in burst] == [None] * 5
    for turn in burst:
        turn.settle()
    _, answer = kong.ask()
    assert answer is not None
    assert answer.status == 429
    _, answer = kong.ask(now=NOW + 60)
    assert answer is None
    assert SmallKong(limiter).ask()[1] is None, "another node has a budget of its own"


def test_since_3_5_an_answer_names_the_request() -> None:
    kong = SmallKong(plugin("rate-limiting", minute=1), version=(3, 5))
    kong.ask()
    turn, answer = kong.ask()
    assert answer is not None
    assert turn.request_id is not None
    assert len(turn.request_id) == 32
    assert json.loads(answer.body) == {
        "message": "API rate limit exceeded", "request_id": turn.request_id,
    }  # fmt: skip
    _, answer = kong.ask(("Accept", "text/plain"))
    assert answer is not None
    assert answer.body.startswith(b"API rate limit exceeded\nrequest_id: ")


def test_an_unknown_plugin_is_named() -> None:
    """The model does as if it were not there, and says so."""
    assert unmodelled(declared(CORS, plugin("file-log", path="/dev/null"))) == ("file-log",)
    disabled = {**plugin("file-log", path="/dev/null"), "enabled": False}
    assert unmodelled(declared(CORS, plugin("prometheus"), disabled)) == ()


def test_what_a_known_plugin_does_beyond_the_model_is_named() -> None:
    configuration = declared(
        plugin("bot-detection"),
        plugin("rate-limiting", minute=1, sync_rate=2, **REDIS),
        plugin("response-transformer", remove={"json": ["a"]}),
        plugin("request-transformer", add={"headers": ["a:$(headers.b .. 'c')"], "body": ["x:y"]}),
    )
    assert unmodelled(configuration) == (
        "bot-detection: the plugin's own list of robots",
        "rate-limiting: sync_rate (counted in the node alone)",
        "request-transformer: add.body",
        "request-transformer: templates beyond a single value",
        "response-transformer: json",
    )


def test_the_recorded_file_needs_little_that_is_not_modelled() -> None:
    found = unmodelled(load(DECLARATIVE))
    assert found == ("bot-detection: the plugin's own list of robots", "response-ratelimiting")


def test_a_message_follows_accept() -> None:
    kong = SmallKong(plugin("key-auth"))
    assert message(kong.ask()[1]) == "No API key found in request"
    _, answer = kong.ask(("Accept", "text/html"))
    assert answer is not None
    assert answer.content_type == "text/html; charset=utf-8"
