"""What looks like a secret on a page, and what only seems to."""

from __future__ import annotations

import pytest

from atalaia.systems.prometheus.exposition.secrets import secret_in, secret_under, told_value

JWT = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2lnbmF0dXJl"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (JWT, "JSON web token"),
        (f"/callback?t={JWT}", "JSON web token"),
        (JWT.rpartition(".")[0] + ".[redacted]", "JSON web token"),
        ("Bearer 8f14e45fceea167a5a36", "bearer token"),
        ("postgres://app:hunter22@db:5432/app", "an address with a password"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----", "private key"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "key of a cloud"),
        ("/login?password=hunter22", "password in an argument"),
    ],
)
def test_secrets_are_known_by_their_shape(text, what):
    assert what in (secret_in(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "/api/v1/users/:id", "http://kong:8001/status", "postgres://app@db/app", "postgres://app:***@db/app",
        "Bearer", "bearer realm", "118796a8-242e-4211-9f8b-853a5d5f6e24",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "password=", "password=****", "password=<secret>",
        "password=[redacted]", "go1.19.8", "eyJ", "127.0.0.1:23458",
        "How many JSON web tokens were refused", "ana@example.com",
    ],
)  # fmt: skip
def test_what_is_no_secret(text):
    assert secret_in(text) is None


@pytest.mark.parametrize(
    ("label", "value", "secret"),
    [
        ("token", "f9e8d7c6b5a4f3e2d1c0", True),
        ("api_key", "Zx81kQ0pLm93Vb7TyUe2", True),
        ("user_token", "[redacted]", True),
        ("token", "access", False),
        ("token", "refresh token of the app", False),
        ("token_type", "f9e8d7c6b5a4f3e2d1c0", False),
        ("secret", "postgres-credentials", False),
        ("commit", "f9e8d7c6b5a4f3e2d1c0", False),
        ("id", "2f86d081884c7d659a2feaa0c55ad015a3bf4f1b", False),
        ("authorization", "", False),
        ("reason", "[redacted]", False),
    ],
)
def test_under_names_of_credentials_random_values_are_secrets(label, value, secret):
    assert (secret_under(label, value) is not None) == secret
    assert told_value(label, value) == ("…" if secret else value)
