"""Credentials of the gateway's file that need no breaking: whoever guesses one is let in as its consumer."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.routing.declaration import REFUSED, WHOLE, with_file
from atalaia.environment.guessable import ENOUGH, guessable
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.entities import Document
from atalaia.systems.kong.given import Given, given_of
from atalaia.systems.kong.pairs import referred

_FIELDS = {
    "jwt_secrets": ("secret", "signing secret"),
    "keyauth_credentials": ("key", "API key"),
    "hmacauth_credentials": ("secret", "signing secret"),
    "basicauth_credentials": ("password", "password"),
}
"""What of a credential is to be kept, and what people call it."""
_REMEMBERED = frozenset({"basicauth_credentials"})
"""Those that people type: short ones are slow to try over the network, and only words are told."""


def _flaw(kind: str, document: Document, secret: str) -> str:
    """Why this secret is none; empty where nothing is known against it."""
    if kind == "jwt_secrets" and not str(document.get("algorithm") or "HS256").startswith("HS"):
        return ""
    if guessable(secret):
        return "a word that is tried first, or made of such words"
    length = len(secret.encode())
    if kind not in _REMEMBERED and length < ENOUGH:
        return f"{length} bytes long"
    return ""


def _weak(given: Given) -> Iterator[Finding]:
    of = given.configuration
    assert of is not None, "the file is accepted"
    for entity in of.credentials:
        field, called = _FIELDS.get(entity.kind, ("", ""))
        secret = entity.document.get(field)
        if isinstance(secret, str) and (flaw := _flaw(entity.kind, entity.document, secret)):
            whose = referred(entity.document, "consumer", of) or "nobody"
            yield Finding(
                expected=f"{called} of consumer {whose} that nobody guesses: {ENOUGH} random bytes or more",
                observed=f"it is {flaw}",
                hop=Hop.GATEWAY.value,
                cause=given.line(entity, field),
            )


def _judge(seen: tuple[()], expected: Given) -> Verdict:
    return list(_weak(expected))


WEAK_SECRET = Check(
    id="token.weak-secret",
    severity=Severity.CRITICAL,
    catches="A signing secret, an API key or a password in the gateway's file that is a word everybody tries "
    "first, or too short: anybody signs tokens that the gateway takes.",
    remedy="Put 32 random bytes there (`openssl rand -base64 32`), from the environment and not from a "
    "template, and take the old one out once its last token has expired.",
    source="RFC 7518, 3.2; RFC 8725, 3.5; CWE-521",
    targets=with_file,
    observes=lambda environment, target: (),
    expects=lambda environment, target: given_of(environment),
    requires=lambda environment, target: ((REFUSED, WHOLE),),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (WEAK_SECRET,)
