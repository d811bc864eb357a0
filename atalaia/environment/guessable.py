"""Secrets that need no breaking: too short, or words that everybody tries first."""

from __future__ import annotations

import re

ENOUGH = 16
"""Bytes below which a key of a gateway's consumer is guessed, given time: 128 bits."""

_WORDS = frozenset(
    {
        "a", "admin", "apikey", "change", "changeit", "changeme", "default", "demo", "dev",
        "development", "example", "for", "in", "is", "issuer", "it", "jwt", "key", "kong", "letmein",
        "local", "long", "me", "my", "passw0rd", "password", "placeholder", "please", "prod",
        "production", "qwerty", "random", "replace", "root", "s3cr3t", "s3cret", "sample", "secret",
        "signature", "signing", "staging", "strong", "super", "supersecret", "test", "testing", "the",
        "this", "todo", "token", "top", "user", "very", "with", "your",
    }
)  # fmt: skip
"""Words of the placeholders that documents and templates carry: `your-super-secret-key`."""
_COUNTED = "0123456789" * 8
_BETWEEN = re.compile(r"[\W_\d]+")


def guessable(secret: str) -> bool:
    """Whether a secret is nothing but a few words that are tried first, digits beside them or not."""
    if not secret.strip(secret[:1]) or secret in _COUNTED:
        return True
    words = [word for word in _BETWEEN.split(secret.lower()) if word]
    return secret.lower() in _WORDS or (bool(words) and all(word in _WORDS for word in words))
