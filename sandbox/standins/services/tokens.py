"""JSON Web Tokens of the services: HS256, an access token for 15 minutes, a refresh token for 7 days."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import uuid4

import jwt

from sandbox.services import ISSUER
from sandbox.standins.services.behaviour import Purpose

LIFETIMES: dict[Purpose, int] = {"access": 15 * 60, "refresh": 7 * 24 * 3600}
"""Seconds."""
_ALGORITHM = "HS256"
_REMEMBERED = 4096


class BadToken(Exception):
    """The token proves nothing; the text says why, for the client."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token speaks for."""

    email: str
    clinic: str
    role: str
    expires: float


class Tokens:
    """Issues and verifies the tokens of one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._verified: dict[tuple[str, Purpose], Identity] = {}

    def issue(self, identity: Identity, purpose: Purpose, lifetime: int) -> str:
        """A token for this user of this clinic, good for so many seconds."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "sub": identity.email, "clinic_id": identity.clinic, "role": identity.role,
            "type": purpose, "iat": now, "exp": now + lifetime, "jti": str(uuid4()),
        }  # fmt: skip
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def verify(self, token: str, purpose: Purpose) -> Identity:
        """Who the token speaks for. Raises BadToken. Verified tokens are remembered until they expire."""
        known = self._verified.get((token, purpose))
        if known is None:
            known = self._verify(token, purpose)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token, purpose] = known
        if known.expires <= time.time():
            raise BadToken("token expired")
        return known

    def _verify(self, token: str, purpose: Purpose) -> Identity:
        required = ["exp", "sub", "clinic_id", "type"]
        try:
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options={"require": required})
        except jwt.ExpiredSignatureError:
            raise BadToken("token expired") from None
        except jwt.InvalidTokenError:
            raise BadToken("invalid token") from None
        if claims["type"] != purpose:
            raise BadToken(f"not an {purpose} token" if purpose == "access" else "not a refresh token")
        return Identity(claims["sub"], str(claims["clinic_id"]), claims.get("role", ""), float(claims["exp"]))
