"""Tokens that the toolkit makes itself, good ones and bad ones; data until they are sent."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class Flaw(StrEnum):
    """What is wrong with a token, on purpose."""

    MALFORMED = "malformed"
    EXPIRED = "expired"
    WRONG_SIGNATURE = "wrong-signature"
    ALG_NONE = "alg-none"
    """`alg: none` and no signature (RFC 7519, 6): accepted by verifiers that believe the header."""


@dataclass(frozen=True)
class Bearer:
    """A JSON Web Token as it is to be sent in `Authorization: Bearer`."""

    algorithm: str
    secret: str = field(repr=False)
    """The key that it is signed with; printed nowhere."""
    claims: tuple[tuple[str, str | int | bool], ...] = ()
    """Beside `iat` and `exp`."""
    lifetime: float = 900.0
    """Seconds for which it is valid."""
    flaw: Flaw | None = None


def mint(bearer: Bearer, now: float | None = None) -> str:
    """The token, made at this Unix time. Raises ValueError where the secret does not fit the algorithm."""
    return _minted(bearer, int(time.time() if now is None else now))


@lru_cache(maxsize=16)
def _minted(bearer: Bearer, moment: int) -> str:
    """The same for all that are sent within a second: times in a token are whole seconds."""
    import jwt  # only runs that send tokens need it

    claims = dict(bearer.claims)
    issued = moment - 2 * int(bearer.lifetime) if bearer.flaw is Flaw.EXPIRED else moment
    claims |= {"iat": issued, "exp": issued + int(bearer.lifetime)}
    if bearer.flaw is Flaw.MALFORMED:
        return "not.a.token"
    if bearer.flaw is Flaw.ALG_NONE:
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    try:
        token = jwt.encode(claims, bearer.secret, algorithm=bearer.algorithm)
    except (jwt.PyJWTError, NotImplementedError, TypeError) as error:
        raise ValueError(f"no {bearer.algorithm} token can be made: {type(error).__name__}") from None
    return _tampered(token) if bearer.flaw is Flaw.WRONG_SIGNATURE else token


def _part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _tampered(token: str) -> str:
    """The token with a signature of the right length that is not its own."""
    head, _, signature = token.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    raw[0] ^= 1
    return f"{head}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"
