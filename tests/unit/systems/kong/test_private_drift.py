"""Credentials and certificates against a file: told by their consumers and names, and never by a secret."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from atalaia.systems.kong import live
from atalaia.systems.kong.admin import lists as admin
from atalaia.systems.kong.drift import drift
from atalaia.systems.kong.given import given
from atalaia.systems.kong.secrecy import masked

PEM = "-----BEGIN CERTIFICATE-----\nMIIBbDCCAROgAwIBAgIUGi8rzG/r\n-----END CERTIFICATE-----"
FILE = f"""\
_format_version: "3.0"
consumers:
- username: alice
  keyauth_credentials:
  - key: hush-one
  - key: hush-two
  jwt_secrets:
  - key: hush-issuer
    secret: hush-signature
  basicauth_credentials:
  - username: alice-b
    password: hush-password
  acls:
  - group: admins
- username: bob
  keyauth_credentials:
  - key: hush-three
certificates:
- cert: {json.dumps(PEM)}
  key: hush-private
  snis:
  - name: api.example
"""
GIVEN = given(FILE, "kong.yml")
ALL = (*live.KINDS, *live.PRIVATE)
PATHS = {kind: path for path, kind in admin.CREDENTIALS.items()}
Lists = dict[str, list[dict[str, Any]]]


def listed(*, masking: bool = True) -> Lists:
    """What a Kong's Admin API lists that has loaded the file, as it is stored: other ids, and a hash."""
    of = GIVEN.configuration
    assert of is not None
    text = json.dumps({kind: admin.documents(of, PATHS.get(kind, kind)) for kind in ALL})
    for entity in (*of.credentials, *of.tls):
        text = text.replace(entity.id, str(uuid.uuid4()))
    lists: Lists = json.loads(text)
    lists["basicauth_credentials"][0]["password"] = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"
    lists["keyauth_credentials"][0]["ttl"] = 17
    return lists


def told(lists: Lists) -> list[tuple[str, str, str, str]]:
    """The differences of what is stored, and their fields; nothing of it is a secret."""
    stored = {kind: masked(lists[kind], GIVEN.secrets) for kind in lists}
    found = drift(GIVEN, live.configuration(stored), ALL)
    assert "hush" not in f"{found} {json.dumps(stored)}"
    return [
        (it.drift.value, it.kind, it.name, " ".join(change.field for change in it.changes)) for it in found
    ]


def test_a_gateway_that_has_loaded_the_file_does_not_differ() -> None:
    assert told(listed()) == []


def test_what_nobody_asked_for_is_not_compared() -> None:
    lists = {kind: documents for kind, documents in listed().items() if kind in live.KINDS}
    assert drift(GIVEN, live.configuration(lists)) == ()


def without(kind: str, position: int = 0) -> Callable[[Lists], None]:
    def change(lists: Lists) -> None:
        del lists[kind][position]

    return change


def changed(kind: str, position: int = 0, **fields: Any) -> Callable[[Lists], None]:
    return lambda lists: lists[kind][position].update(fields)


def one_more(kind: str, **fields: Any) -> Callable[[Lists], None]:
    return lambda lists: lists[kind].append({**lists[kind][0], "id": "left-over", **fields})


KEY_OF_ALICE = ("keyauth_credentials", "a key of consumer alice")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (one_more("keyauth_credentials", key="hush-x"), [("extra", *KEY_OF_ALICE, "")]),
        (without("keyauth_credentials", 1), [("missing", *KEY_OF_ALICE, "")]),
        (
            changed("keyauth_credentials", 1, key="hush-other"),
            [("missing", *KEY_OF_ALICE, ""), ("extra", *KEY_OF_ALICE, "")],
        ),
        (
            changed("jwt_secrets", secret="hush-x"),
            [("different", "jwt_secrets", "a key of consumer alice", "secret")],
        ),
        (
            changed("jwt_secrets", algorithm="HS512"),
            [("different", "jwt_secrets", "a key of consumer alice", "algorithm")],
        ),
        (without("acls"), [("missing", "acls", "group admins of consumer alice", "")]),
        (
            one_more("acls", group="root"),
            [("extra", "acls", "group root of consumer alice", "")],
        ),
        (
            without("basicauth_credentials"),
            [("missing", "basicauth_credentials", "username alice-b of consumer alice", "")],
        ),
        (
            changed("certificates", key="hush-x"),
            [("different", "certificates", "with SHA-256 ", "key")],
        ),
        (one_more("snis", name="debug.example"), [("extra", "snis", "debug.example", "")]),
        (without("snis"), [("missing", "snis", "api.example", "")]),
    ],
)  # fmt: skip
def test_a_difference_is_told_without_a_secret(change: Callable[[Lists], None], expected: list[Any]) -> None:
    lists = listed()
    change(lists)
    found = told(lists)
    assert len(found) == len(expected), found
    for (*known, name, fields), (*wanted, start, field) in zip(found, expected, strict=True):
        assert (known, fields) == (wanted, field)
        assert name.startswith(start)


def test_a_key_of_one_consumer_that_is_anothers_now_is_both() -> None:
    lists = listed()
    lists["keyauth_credentials"][2]["consumer"] = lists["keyauth_credentials"][0]["consumer"]
    assert told(lists) == [
        ("missing", "keyauth_credentials", "a key of consumer bob", ""),
        ("extra", "keyauth_credentials", "a key of consumer alice", ""),
    ]


def test_lines_and_paths_are_told() -> None:
    lists = listed()
    del lists["acls"][0]
    lists["jwt_secrets"].append({**lists["jwt_secrets"][0], "id": "left-over", "key": "hush-x"})
    found = drift(GIVEN, live.configuration(lists), ALL)
    assert {(it.kind, it.place) for it in found} == {
        ("acls", "kong.yml:14"),
        ("jwt_secrets", "/jwts/left-over"),
    }


def test_what_the_file_leaves_to_kong_to_make_up_is_no_difference() -> None:
    text = '_format_version: "3.0"\nconsumers:\n- username: a\n  jwt_secrets: [{key: hush}]\n'
    file = given(text, "kong.yml")
    assert file.configuration is not None
    (credential,) = file.configuration.credentials
    (consumer,) = file.configuration.consumers
    lists = {"consumers": [dict(consumer.document)], "jwt_secrets": [{**credential.document, "secret": "x"}]}
    assert drift(file, live.configuration(lists), ALL) == ()
