"""Tokens that the toolkit makes: good ones, and ones with exactly one flaw."""

from __future__ import annotations

import jwt
import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.bearer import Bearer, Flaw, mint
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

SECRET = "a secret that is long enough for it"
NOW = 1_800_000_000.0
URL = parse_url("http://gateway.test:8000", frozenset({"http"}))


def bearer(**more) -> Bearer:
    claims = (("iss", "atendeai"), ("clinic_id", "a"))
    return Bearer(algorithm="HS256", secret=SECRET, claims=claims, **more)


def opened(token: str, **options) -> dict:
    return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False, **options})


def test_a_good_token_is_signed_and_valid_from_now_for_its_lifetime():
    claims = opened(mint(bearer(lifetime=60), NOW), verify_iat=False)
    assert claims == {"iss": "atendeai", "clinic_id": "a", "iat": NOW, "exp": NOW + 60}


def test_an_expired_one_is_well_signed():
    claims = opened(mint(bearer(flaw=Flaw.EXPIRED, lifetime=60), NOW), verify_iat=False)
    assert claims["exp"] < NOW


def test_one_with_a_wrong_signature_differs_in_nothing_else():
    token = mint(bearer(flaw=Flaw.WRONG_SIGNATURE), NOW)
    good = mint(bearer(), NOW)
    assert token.rpartition(".")[0] == good.rpartition(".")[0]
    assert token != good
    with pytest.raises(jwt.InvalidSignatureError):
        opened(token)


def test_alg_none_says_so_and_is_not_signed():
    token = mint(bearer(flaw=Flaw.ALG_NONE), NOW)
    assert jwt.get_unverified_header(token)["alg"] == "none"
    assert token.endswith(".")
    assert jwt.decode(token, options={"verify_signature": False, "verify_exp": False})["iss"] == "atendeai"


def test_a_malformed_one_is_no_token():
    with pytest.raises(jwt.DecodeError):
        jwt.get_unverified_header(mint(bearer(flaw=Flaw.MALFORMED), NOW))


def test_a_secret_that_does_not_fit_is_told_without_it():
    wrong = Bearer(algorithm="RS256", secret="not-a-private-key")
    with pytest.raises(ValueError, match="RS256") as told:
        mint(wrong, NOW)
    assert "not-a-private-key" not in str(told.value)


def test_its_secret_is_not_printed():
    made = bearer()
    sent = HttpRequest(key="k", hop=Hop.GATEWAY, url=URL, target="/", bearer=made)
    told = f"{made} {made!r} {(made,)} {sent} {sent!r}"
    assert "HS256" in told
    assert SECRET not in told
