"""The redactor: no form of a secret survives, and nothing else is touched."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.redaction import MARK, Redactor

SECRET = 'p@ss/wörd "1"&\\x'
SECRETS = st.text(min_size=4, max_size=20).filter(lambda s: s not in MARK and MARK not in s)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        html.escape(SECRET),
    ],
)
def test_a_secret_is_found_in_every_encoding_of_a_text(form):
    assert Redactor([SECRET])(f"before {form} after") == f"before {MARK} after"
    assert Redactor([SECRET]).bytes(f"before {form} after".encode()) == f"before {MARK} after".encode()


def test_percent_encoding_is_found_in_either_case():
    redact = Redactor(["a/b@c"])
    assert redact("a%2Fb%40c a%2fb%40c a/b%40c") == f"{MARK} {MARK} {MARK}"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "admin"])
def test_a_password_is_found_in_basic_credentials_of_any_user(user):
    encoded = base64.b64encode(f"{user}:hunter2!".encode()).decode()
    redacted = Redactor(["hunter2!"])(f"Authorization: Basic {encoded}\r\n")
    assert redacted.startswith("Authorization: Basic ")
    assert redacted.endswith(f"{MARK}\r\n")
    kept = redacted.removeprefix("Authorization: Basic ").split(MARK)[0]
    assert len(kept) * 6 <= len(f"{user}:") * 8


@given(before=st.binary(max_size=5), secret=SECRETS, after=st.binary(max_size=5))
@settings(max_examples=50)
def test_base64_around_a_secret_never_keeps_a_bit_of_it(before, secret, after):
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    redacted = Redactor([secret])(encoded)
    assert MARK in redacted
    assert len(redacted.split(MARK)[0]) * 6 <= len(before) * 8


@given(st.lists(SECRETS, min_size=1, max_size=4), st.text(max_size=10), st.randoms())
def test_no_secret_survives_between_any_others(secrets, filler, random):
    parts = [*secrets, filler, *secrets]
    random.shuffle(parts)
    redacted = Redactor(secrets)("".join(parts))
    for piece in redacted.split(MARK):
        assert not any(secret in piece for secret in secrets)


def test_overlapping_secrets_leave_nothing_of_either():
    assert Redactor(["abcd", "cdefgh"])("-abcdefgh-") == f"-{MARK}-"
    assert Redactor(["long-secret", "long-secret-and-more"])("long-secret-and-more") == MARK
    assert Redactor(["abab"])("xabababx") == f"x{MARK}x"


@given(st.text())
def test_a_text_without_secrets_is_the_same_object(text):
    redact = Redactor(["5ecret-" * 8])
    assert redact(text) is text


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_bytes_of_any_kind_are_redacted(before, after):
    assert b"s3cret-\xc3\xb6" not in Redactor(["s3cret-ö"]).bytes(before + b"s3cret-\xc3\xb6" + after)
    assert b"s3cret-\xf6" not in Redactor(["s3cret-ö"]).bytes(before + b"s3cret-\xf6" + after)


@given(st.text(min_size=4, alphabet=st.characters(min_codepoint=0x80, max_codepoint=0xFF)), st.text())
def test_text_stays_text_whatever_the_secret(secret, text):
    Redactor([secret])(text + secret + text).encode()


def test_a_variable_that_is_not_utf_8_is_a_secret_like_any_other():
    secret = b"s3cr\xff-t".decode("utf-8", "surrogateescape")
    redact = Redactor([secret])
    assert redact.bytes(b"x s3cr\xff-t y") == b"x " + MARK.encode() + b" y"
    assert redact(f"x {secret} y") == f"x {MARK} y"
    assert redact("s3cr%FF-t") == MARK


def test_secrets_too_short_to_be_told_from_ordinary_text_are_left():
    assert Redactor(["ab", "abc", ""])("ab abc") == "ab abc"
    assert Redactor(["abcd"])("ab abcd") == f"ab {MARK}"


class Word(StrEnum):
    TIMEOUT = "timeout"


class Pair(NamedTuple):
    name: str
    value: str


def test_a_structure_is_redacted_to_its_last_leaf_and_keeps_its_shape():
    seen = {
        "headers": (("Set-Cookie", "id=hunter2"),),
        "body": b"hunter2",
        "hunter2": [1, 1.5, None, True, {"deep": "x-hunter2"}],
        "reason": Word.TIMEOUT,
        "set": frozenset({"hunter2"}),
        "pair": Pair("a", "hunter2"),
    }
    assert Redactor(["hunter2", "timeout"]).structure(seen) == {
        "headers": (("Set-Cookie", f"id={MARK}"),),
        "body": MARK.encode(),
        MARK: [1, 1.5, None, True, {"deep": f"x-{MARK}"}],
        "reason": Word.TIMEOUT,
        "set": frozenset({MARK}),
        "pair": Pair("a", MARK),
    }


def test_a_redactor_shows_nothing_of_what_it_looks_for_and_is_frozen():
    redact = Redactor(["hunter2"])
    assert repr(redact) == "<Redactor of 1 secrets>"
    with pytest.raises(AttributeError):
        redact._count = 0
    with pytest.raises(AttributeError):
        del redact._texts
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(redact)


@given(st.recursive(st.text() | st.binary() | st.integers() | st.none(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20),
       st.sampled_from(["hunter22", "pa ss/wörd", 's"3c\\ret']), st.booleans())  # fmt: skip
def test_a_secret_occurs_in_a_structure_exactly_where_redacting_changes_it(value, secret, planted):
    redactor = Redactor({secret})
    whole = [value, {"deep": [f"before {secret} after", b"x" + secret.encode()]}] if planted else [value]
    assert redactor.occurs_in(whole) == (redactor.structure(whole) != whole)


def test_names_of_fields_stay_where_a_secret_is_a_word():
    seen = {"secret": "secret", "key": {"secret": 1}, "https://h/?a=secret": 2}
    redactor = Redactor(["secret"])
    assert redactor.structure(seen) == {"secret": MARK, "key": {"secret": 1}, f"https://h/?a={MARK}": 2}
    assert not redactor.occurs_in({"secret": {"secret": 1}})
