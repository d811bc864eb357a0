"""What an answer lets its reader keep: claims, not signatures; names of cookies, not values."""

from __future__ import annotations

import base64
import json

import jwt

from atalaia.exchange.response import Response
from atalaia.exchange.scrub import cut, scrub

TOKEN = jwt.encode({"sub": "someone", "exp": 9}, "s" * 32, algorithm="HS256")


def test_a_token_keeps_its_claims_and_loses_its_signature():
    body = f'{{"accessToken": "{TOKEN}", "again": "{TOKEN}"}}'.encode()
    kept = scrub(Response(status=200, body=body)).body.decode()
    signature = TOKEN.rpartition(".")[2]
    assert signature not in kept
    token = kept.split('"')[3]
    assert token.endswith("[redacted]")
    claims = token.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"] == "someone"


def test_a_token_in_a_header_loses_its_signature_too():
    kept = scrub(Response(status=200, headers=(("X-Token", TOKEN),))).headers
    assert kept == (("X-Token", f"{TOKEN.rpartition('.')[0]}.[redacted]"),)


def test_a_cookie_keeps_its_name_and_attributes():
    headers = (
        ("set-cookie", "session=s3cr3t; Path=/; HttpOnly"),
        ("Set-Cookie", "bare=x"),
        ("Date", "today"),
    )
    assert scrub(Response(status=200, headers=headers)).headers == (
        ("set-cookie", "session=[redacted]; Path=/; HttpOnly"),
        ("Set-Cookie", "bare=[redacted]"),
        ("Date", "today"),
    )


def test_what_only_looks_a_little_like_a_token_stays():
    body = b"eyJ is how they begin; a.b.c is a version; eyJhbGciOi without dots"
    assert scrub(Response(status=200, body=body)).body == body


def test_what_is_cut_ends_before_a_word_that_would_be_cut():
    assert cut("short", 5) == "short"
    assert cut('{"key": "s3cret-key"}', 15) == '{"key": "'
    assert cut("s3cret-key", 5) == ""
