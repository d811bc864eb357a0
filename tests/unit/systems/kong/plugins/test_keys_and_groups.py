"""key-auth, basic-auth and acl: who is let in, and what the upstream is told about them."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from atalaia.systems.kong.plugins import Answer
from tests.support.kong_turns import SmallKong, message, plugin

ALICE = {
    "username": "alice", "keyauth_credentials": [{"key": "k1"}],
    "acls": [{"group": "staff"}, {"group": "night"}],
    "basicauth_credentials": [{"username": "alice", "password": "pw:1"}],
}  # fmt: skip
BOB = {"username": "bob", "keyauth_credentials": [{"key": "k2"}]}


def status(answer: Answer | None) -> int | None:
    return None if answer is None else answer.status


def told(kong: SmallKong, *headers: tuple[str, str], **request: Any) -> list[tuple[str, str]]:
    """The headers that the upstream sees of a request that passes."""
    turn, answer = kong.ask(*headers, **request)
    assert answer is None
    return turn.headers[1:]


def test_a_key_is_looked_for_in_headers_then_in_the_query() -> None:
    kong = SmallKong(plugin("key-auth", key_names=["X-API-Key", "apikey"]), consumers=(ALICE, BOB))
    assert kong.ask(("x-api-key", "k1"))[0].consumer == kong.configuration.consumers[0]
    assert kong.ask(target="/api?apikey=k2")[0].consumer == kong.configuration.consumers[1]
    assert (
        kong.ask(("x-api-key", "k1"), target="/api?apikey=k2")[0].consumer == kong.configuration.consumers[0]
    )


def test_key_auth_refuses_in_kongs_words() -> None:
    """WWW-Authenticate only where no key came, before 3.7."""
    kong = SmallKong(plugin("key-auth"), consumers=(ALICE,))
    _, missing = kong.ask()
    _, wrong = kong.ask(("apikey", "zz"))
    _, twice = kong.ask(("apikey", "k1"), ("apikey", "k1"))
    assert missing is not None
    assert wrong is not None
    assert missing.headers == (("WWW-Authenticate", 'Key realm="kong"'),)
    assert (message(wrong), wrong.headers) == ("Invalid authentication credentials", ())
    assert message(twice) == "Duplicate API key found"
    newer = SmallKong(plugin("key-auth"), consumers=(ALICE,), version=(3, 7))
    _, wrong = newer.ask(("apikey", "zz"))
    assert wrong is not None
    assert wrong.headers == missing.headers


def test_a_key_can_be_kept_from_the_upstream() -> None:
    kong = SmallKong(plugin("key-auth", hide_credentials=True, key_in_body=True), consumers=(ALICE,))
    assert "apikey" not in dict(told(kong, ("apikey", "k1")))
    turn, answer = kong.ask(target="/api/x?b=2&apikey=k1&a=1&flag")
    assert answer is None
    assert turn.upstream_target() == "/x?a=1&b=2&flag"
    form = ("Content-Type", "application/x-www-form-urlencoded")
    turn, answer = kong.ask(form, method="POST", body=b"x=1&apikey=k1")
    assert (answer, turn.body) == (None, b"x=1")
    turn, answer = kong.ask(
        ("Content-Type", "application/json"), method="POST", body=b'{"apikey":"k1","x":1}'
    )
    assert (answer, turn.body) == (None, b'{"x":1}')


def basic(text: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(text.encode()).decode()


def test_basic_auth_takes_the_password_or_its_stored_digest() -> None:
    kong = SmallKong(plugin("basic-auth"), consumers=(ALICE,))
    assert dict(told(kong, basic("alice:pw:1")))["X-Credential-Identifier"] == "alice"
    for headers in (
        [basic("alice:no")],
        [basic("eve:pw:1")],
        [("Authorization", "Basic ?")],
        [basic("alice")],
    ):
        _, answer = kong.ask(*headers)
        assert answer is not None
        assert (answer.status, message(answer)) == (401, "Invalid authentication credentials")
    _, answer = kong.ask()
    assert answer is not None
    assert answer.headers == (("WWW-Authenticate", 'Basic realm="kong"'),)
    identity = kong.configuration.consumers[0].id
    digest = hashlib.sha1(f"pw{identity}".encode()).hexdigest()
    hashed = {"username": "alice", "basicauth_credentials": [{"username": "a", "password": digest}]}
    assert SmallKong(plugin("basic-auth"), consumers=(hashed,)).ask(basic("a:pw"))[1] is None


def test_groups_let_in_or_keep_out() -> None:
    def ask(key: str | None, **config: Any) -> int | None:
        kong = SmallKong(plugin("key-auth"), plugin("acl", **config), consumers=(ALICE, BOB))
        return status(kong.ask(*([("apikey", key)] if key else []))[1])

    assert (ask("k1", allow=["staff"]), ask("k2", allow=["staff"])) == (None, 403)
    assert (ask("k1", deny=["staff"]), ask("k2", deny=["staff"])) == (403, None)
    assert status(SmallKong(plugin("acl", allow=["staff"])).ask()[1]) == 401, "nobody was authenticated"


def test_the_upstream_is_told_the_groups() -> None:
    kong = SmallKong(plugin("key-auth"), plugin("acl", allow=["staff"]), consumers=(ALICE,))
    assert dict(told(kong, ("apikey", "k1")))["X-Consumer-Groups"] == "staff, night"
    hiding = SmallKong(
        plugin("key-auth"), plugin("acl", allow=["staff"], hide_groups_header=True), consumers=(ALICE,)
    )
    assert "X-Consumer-Groups" not in dict(told(hiding, ("apikey", "k1")))
