"""JSON Web Tokens as Kong's own parser reads them: its order of refusals, its words.

After kong/plugins/jwt/jwt_parser.lua. No library for tokens would refuse in the same order.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from atalaia.systems.kong.plugins.turn import KongFailed


class BadToken(Exception):
    """Kong's words for what is wrong with a token."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, decoded; nothing of it is verified yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: bytes
    signed: bytes
    """What the signature is of."""

    @property
    def algorithm(self) -> str:
        """`alg`, one that Kong knows."""
        return str(self.header["alg"])


def decode(text: str) -> Token:
    """The parts of a token. Raises BadToken, and KongFailed where Kong's own code fails over it."""
    parts = text.split(".", 2)
    if len(parts) < 3:
        raise BadToken("invalid JSON")
    try:
        header = _lua(json.loads(_base64(parts[0])))
        claims = _lua(json.loads(_base64(parts[1])))
    except (ValueError, RecursionError):
        raise BadToken("invalid JSON") from None
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _VERIFY:
        raise BadToken("invalid alg")
    try:
        signature = _base64(parts[2])
    except ValueError:
        raise BadToken("invalid signature") from None
    return Token(header, claims, signature, f"{parts[0]}.{parts[1]}".encode())


def verify(token: Token, key: bytes) -> bool:
    """Whether the signature is this key's (a secret, or a public key in PEM).

    Raises KongFailed where the key is none of its kind.
    """
    return _VERIFY[token.algorithm](token.signed, token.signature, key)


def registered_claims(token: Token, names: tuple[str, ...], now: float) -> dict[str, str]:
    """Claim → what is wrong with it, of `exp` and `nbf` as far as they are to be verified."""
    wrong: dict[str, str] = {}
    second = int(now)
    for name in names:
        value = token.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            wrong[name] = "must be a number"
        elif name == "exp" and value <= second:
            wrong[name] = "token expired"
        elif name == "nbf" and value > second:
            wrong[name] = "token not valid yet"
    return wrong


def _lua(document: Any) -> Mapping[str, Any]:
    """A decoded document as Lua would index it."""
    if isinstance(document, dict):
        return document
    if isinstance(document, str | list):
        return {}  # indexed, and nothing found
    raise KongFailed("jwt: a number, boolean or null is indexed")


def _base64(text: str) -> bytes:
    """Raises ValueError."""
    try:
        raw = text.encode("ascii").translate(_URL_SAFE)
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _hmac(digest: str, signed: bytes, signature: bytes, key: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(key, signed, digest), signature)


def _rsa(digest: str, signed: bytes, signature: bytes, key: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    public = _public(key)
    if not isinstance(public, rsa.RSAPublicKey):
        raise KongFailed("jwt: not an RSA key")
    try:
        public.verify(signature, signed, padding.PKCS1v15(), getattr(hashes, digest)())
    except InvalidSignature:
        return False
    return True


def _ecdsa(digest: str, size: int, signed: bytes, signature: bytes, key: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    public = _public(key)
    if not isinstance(public, ec.EllipticCurvePublicKey) or len(signature) != size:
        raise KongFailed("jwt: not an EC key, or a signature of another length")
    half = size // 2
    pair = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    try:
        public.verify(encode_dss_signature(*pair), signed, ec.ECDSA(getattr(hashes, digest)()))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _public(key: bytes) -> object:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return load_pem_public_key(key)
    except ValueError:
        raise KongFailed("jwt: no public key") from None


_VERIFY: Mapping[str, Callable[[bytes, bytes, bytes], bool]] = {
    "HS256": partial(_hmac, "sha256"), "HS384": partial(_hmac, "sha384"), "HS512": partial(_hmac, "sha512"),
    "RS256": partial(_rsa, "SHA256"), "RS384": partial(_rsa, "SHA384"), "RS512": partial(_rsa, "SHA512"),
    "ES256": partial(_ecdsa, "SHA256", 64), "ES384": partial(_ecdsa, "SHA384", 96),
}  # fmt: skip
"""The algorithms of 3.4; `none` is none of them."""
