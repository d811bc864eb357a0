"""Which tokens Kong takes, and its words for those that it does not."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from atalaia.systems.kong.plugins import Answer, Turn
from tests.support.kong_turns import NOW, SmallKong, message, plugin

SECRET = "a secret that is long enough for every digest that is tried in these tests, HS512 included"
OTHER = SECRET[::-1]
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_key().public_bytes(*public).decode())


CLINIC = {
    "username": "clinic-a",
    "custom_id": "a",
    "jwt_secrets": [
        {"key": "app", "secret": SECRET},
        {"key": "app384", "secret": SECRET, "algorithm": "HS384"},
        {"key": "app512", "secret": SECRET, "algorithm": "HS512"},
        {"key": "app-rs", "algorithm": "RS256", "rsa_public_key": pem(RSA)},
        {"key": "app-es", "algorithm": "ES256", "rsa_public_key": pem(EC)},
    ],
}
GUEST = {"username": "guest"}


def kong(**config: Any) -> SmallKong:
    return SmallKong(plugin("jwt", claims_to_verify=["exp", "nbf"], **config), consumers=(CLINIC, GUEST))


def token(key: Any = SECRET, algorithm: str = "HS256", headers: Any = None, **claims: Any) -> str:
    told = {"iss": "app", "exp": int(NOW) + 900, "nbf": int(NOW) - 1, **claims}
    return pyjwt.encode({k: v for k, v in told.items() if v is not None}, key, algorithm, headers)


def bearer(text: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {text}"


def passed(found: tuple[Turn, Answer | None]) -> dict[str, str]:
    """What the upstream is told of a request that passes."""
    turn, answer = found
    assert answer is None, answer and answer.body
    return {name: value for name, value in turn.headers if name.startswith("X-")}


@pytest.mark.parametrize(
    ("issuer", "algorithm", "key"),
    [
        ("app", "HS256", SECRET),
        ("app384", "HS384", SECRET),
        ("app512", "HS512", SECRET),
        ("app-rs", "RS256", RSA),
        ("app-es", "ES256", EC),
    ],
)
def test_a_good_token_names_its_consumer(issuer: str, algorithm: str, key: Any) -> None:
    assert passed(kong().ask(bearer(token(key, algorithm, iss=issuer)))) == {
        "X-Consumer-ID": kong().configuration.consumers[0].id,
        "X-Consumer-Custom-ID": "a",
        "X-Consumer-Username": "clinic-a",
        "X-Credential-Identifier": issuer,
    }


REFUSED: dict[str, tuple[str, Any]] = {
    "another secret": (token(OTHER), "Invalid signature"),
    "alg none": (token(None, "none"), "Bad token; invalid alg"),
    "another digest": (token(SECRET, "HS512"), "Invalid algorithm"),
    "another kind of key": (token(EC, "ES256", iss="app-rs"), "Invalid algorithm"),
    "another RSA key": (
        token(rsa.generate_private_key(65537, 2048), "RS256", iss="app-rs"), "Invalid signature",
    ),
    "another EC key": (
        token(ec.generate_private_key(ec.SECP256R1()), "ES256", iss="app-es"), "Invalid signature",
    ),
    "an unknown issuer": (token(iss="nobody"), "No credentials found for given 'iss'"),
    "no issuer": (token(iss=None), "No mandatory 'iss' in claims"),
    "an empty issuer": (token(iss=""), "Invalid 'iss' in claims"),
    "no token at all": ("not-a-token", "Bad token; invalid JSON"),
    "no JSON": ("a.b.c", "Bad token; invalid JSON"),
    "four parts": (f"{token()}.more", "Bad token; invalid signature"),
    "no base64": (token()[:-1] + "~", "Bad token; invalid signature"),
    "expired": (token(exp=int(NOW)), {"exp": "token expired"}),
    "without an end": (token(exp=None), {"exp": "must be a number"}),
    "too early": (token(nbf=int(NOW) + 1), {"nbf": "token not valid yet"}),
    "too early and too late": (
        token(exp=1, nbf=int(NOW) + 9), {"exp": "token expired", "nbf": "token not valid yet"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), list(REFUSED.values()), ids=list(REFUSED))
def test_every_other_token_is_refused_in_kongs_words(text: str, words: Any) -> None:
    """401, in compact JSON whatever Accept says; no challenge before 3.8."""
    _, answer = kong().ask(bearer(text), ("Accept", "text/html"))
    assert answer is not None
    assert (answer.status, answer.content_type) == (401, "application/json; charset=utf-8")
    assert message(answer) == words
    assert answer.headers == ()


def test_none_is_refused_without_a_signature_too() -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode()
    body = base64.urlsafe_b64encode(json.dumps({"iss": "app"}).encode()).decode()
    assert message(kong().ask(bearer(f"{head}.{body}."))[1]) == "Bad token; invalid alg"


def test_no_token_is_unauthorized() -> None:
    for headers in ([], [("Authorization", "Basic eA==")], [("Authorization", "Bearer")]):
        assert message(kong().ask(*headers)[1]) == "Unauthorized"


def test_tokens_are_found_in_the_query_and_where_configured_in_cookies_and_other_headers() -> None:
    good = token()
    assert passed(kong().ask(target=f"/api/x?jwt={good}"))
    assert passed(kong(cookie_names=["session"]).ask(("Cookie", f"a=b; session={good}")))
    assert passed(kong(header_names=["x-token"]).ask(("X-Token", f"bearer {good}")))
    assert message(kong(uri_param_names=[]).ask(target=f"/api/x?jwt={good}")[1]) == "Unauthorized"


def test_different_tokens_at_once_are_refused_and_one_token_twice_is_not() -> None:
    """So that no unverified token reaches the upstream."""
    good = token()
    assert (
        message(kong().ask(bearer(token(OTHER)), target=f"/api/x?jwt={good}")[1])
        == "Multiple tokens provided"
    )
    assert passed(kong().ask(bearer(good), target=f"/api/x?jwt={good}"))


def test_the_header_may_name_the_key() -> None:
    """`kid`, where it is configured, in claims or header."""
    named = kong(key_claim_name="kid")
    assert passed(named.ask(bearer(token(headers={"kid": "app"}))))
    assert message(named.ask(bearer(token()))[1]) == "No mandatory 'kid' in claims"


def test_a_key_that_is_no_text_kills_the_request() -> None:
    _, answer = kong().ask(bearer(pyjwt.api_jws.encode(b'{"iss": 7}', SECRET)))
    assert answer is not None
    assert answer.status == 500


def test_a_token_may_not_live_longer_than_configured() -> None:
    short = kong(maximum_expiration=300)
    assert message(short.ask(bearer(token()))[1]) == {"exp": "exceeds maximum allowed expiration"}
    assert passed(short.ask(bearer(token(exp=int(NOW) + 300))))


def test_a_secret_may_be_kept_in_base64() -> None:
    stored = base64.b64encode(bytes(range(200, 250))).decode()
    consumer = {"username": "c", "jwt_secrets": [{"key": "app", "secret": stored}]}
    found = SmallKong(plugin("jwt", secret_is_base64=True), consumers=(consumer,))
    assert passed(found.ask(bearer(token(bytes(range(200, 250))))))
    assert message(found.ask(bearer(token(stored)))[1]) == "Invalid signature"


def test_preflights_are_authenticated_unless_they_are_exempt() -> None:
    assert message(kong().ask(method="OPTIONS")[1]) == "Unauthorized"
    assert kong(run_on_preflight=False).ask(method="OPTIONS")[1] is None


def test_anonymous_consumers_are_told_as_such() -> None:
    """And what a client says about itself is not believed."""
    open_to_all = kong(anonymous="guest")
    spoofed = ("X-Consumer-Username", "root"), ("X-Credential-Identifier", "app")
    told = passed(open_to_all.ask(*spoofed))
    assert (told["X-Consumer-Username"], told["X-Anonymous-Consumer"]) == ("guest", "true")
    assert "X-Credential-Identifier" not in told
    told = passed(open_to_all.ask(bearer(token()), ("X-Anonymous-Consumer", "true")))
    assert "X-Anonymous-Consumer" not in told


def test_an_anonymous_consumer_that_does_not_exist_kills_the_request() -> None:
    _, answer = kong(anonymous="nobody").ask()
    assert answer is not None
    assert answer.status == 500


def test_since_3_8_a_refusal_carries_a_challenge() -> None:
    newer = SmallKong(plugin("jwt"), consumers=(CLINIC,), version=(3, 8))
    _, missing = newer.ask()
    _, bad = newer.ask(bearer("x"))
    assert missing is not None
    assert bad is not None
    assert missing.headers == (("WWW-Authenticate", "Bearer"),)
    assert bad.headers == (("WWW-Authenticate", 'Bearer error="invalid_token"'),)
