"""Credentials that are guessed: which are, whose, in which line; never what they are."""

from __future__ import annotations

import pytest

from atalaia.checks.authentication.weak import WEAK_SECRET
from atalaia.checks.check import NotDeclared
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.environment.guessable import guessable
from atalaia.run.case import Cases
from tests.support.imagined import STACK, environment

GOOD = "sM7TbyoiiZuogPTLEuptzjbN_o_Ue7NeS"


def stack(credentials: str) -> Environment:
    text = f'_format_version: "3.0"\nconsumers:\n- username: alice\n  {credentials}\n'
    return environment(gateway=STACK["gateway"]).completed(GatewayFile(text, "kong.yml"))


def found(credentials: str) -> list[tuple[str, str, str | None]]:
    (case,) = Cases(stack(credentials)).of(WEAK_SECRET)
    verdict = WEAK_SECRET.judge((), case.expected)
    assert isinstance(verdict, list)
    return [(it.expected, it.observed, it.cause) for it in verdict]


@pytest.mark.parametrize(
    ("credentials", "what", "flaw"),
    [
        ("jwt_secrets: [{key: i, secret: secret}]", "signing secret", "a word that is tried first"),
        ("jwt_secrets: [{key: i, secret: your-super-secret-jwt-key-1234}]", "signing secret", "a word that"),
        ("jwt_secrets: [{key: i, secret: Xq9vT2mLz}]", "signing secret", "9 bytes long"),
        ("keyauth_credentials: [{key: Xq9vT2mLzQ8wR5t}]", "API key", "15 bytes long"),
        ("hmacauth_credentials: [{username: a, secret: Xq9}]", "signing secret", "3 bytes long"),
        ("basicauth_credentials: [{username: a, password: changeme}]", "password", "a word that"),
    ],
)
def test_a_weak_one_is_told_with_its_consumer_and_line_and_not_its_value(
    credentials: str, what: str, flaw: str
) -> None:
    ((expected, observed, cause),) = found(credentials)
    assert expected.startswith(f"{what} of consumer alice")
    assert observed.startswith(f"it is {flaw}")
    assert cause == "kong.yml:4"
    assert not any(each in expected + observed for each in ("Xq9", "changeme", "your-super"))


@pytest.mark.parametrize(
    "credentials",
    [
        f"jwt_secrets: [{{key: i, secret: {GOOD}}}]",
        "jwt_secrets: [{key: i}]",
        "keyauth_credentials: [{key: Xq9vT2mLzQ8wR5tK}]",
        "basicauth_credentials: [{username: a, password: Xq9vT2mL}]",
        "acls: [{group: admin}]",
    ],
)
def test_others_are_left_alone(credentials: str) -> None:
    assert found(credentials) == []


def test_without_a_file_nothing_is_judged() -> None:
    assert isinstance(WEAK_SECRET.targets(environment(gateway=STACK["gateway"])), NotDeclared)


def test_what_is_guessed_is_not_redacted_because_it_stands_everywhere() -> None:
    assert "secret" not in stack("jwt_secrets: [{key: i, secret: secret}]").secrets()
    assert "Xq9vT2mLz" in stack("jwt_secrets: [{key: i, secret: Xq9vT2mLz}]").secrets()


@pytest.mark.parametrize(
    "word", ["secret", "S3cret", "changeme123", "aaaaaaaaaaaaaaaaaaaa", "1234567890", "my_secret"]
)
def test_words_are_known(word: str) -> None:
    assert guessable(word)


def test_random_texts_are_none() -> None:
    assert not guessable(GOOD)
    assert not guessable("correct-horse-battery-staple")
