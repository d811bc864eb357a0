"""Tokens that a lenient jwt plugin would take: given what they lack, so that the model of the plugin does."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable
from typing import Any

from atalaia.systems.kong.entities import Credential
from sandbox.standins.kong.behaviour import JwtFlaw

_DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def mended(text: str, flaw: JwtFlaw, credentials: Iterable[Credential], claim: str, now: float) -> str:
    """The token without its flaw, signed by the secret of the consumer that it names (of the first one where
    it is no token at all); as it is where it has another flaw, names nobody, or where its consumer's tokens
    are not signed by a secret."""
    if flaw == "malformed":
        return text if _is_token(text) else _made(credentials, claim, now)
    try:
        head, body, signature = text.split(".")
        header, claims = _read(head), _read(body)
    except ValueError:
        return text
    key = claims.get(claim) or header.get(claim)
    credential = next((it for it in credentials if it.document.get("key") == key), None)
    algorithm = str(credential.document.get("algorithm") or "HS256") if credential else ""
    if credential is None or algorithm not in _DIGESTS:
        return text
    secret = str(credential.document.get("secret") or "").encode()
    unsigned = str(header.get("alg")).lower() == "none"
    genuine = signature == _signature(f"{head}.{body}", algorithm, secret)
    if flaw == "alg-none" and unsigned:
        head = _written({**header, "alg": algorithm})
    elif flaw == "expired" and genuine and _number(claims.get("exp")) <= now:
        body = _written({**claims, "exp": int(now) + 60})
    elif flaw != "wrong-signature" or genuine or header.get("alg") != algorithm:
        return text
    signed = f"{head}.{body}"
    return f"{signed}.{_signature(signed, algorithm, secret)}"


def _is_token(text: str) -> bool:
    try:
        head, body, _ = text.split(".")
        return bool(_read(head) and _read(body))
    except ValueError:
        return False


def _made(credentials: Iterable[Credential], claim: str, now: float) -> str:
    """A good token of the first consumer that has a secret."""
    for document in (credential.document for credential in credentials):
        algorithm = str(document.get("algorithm") or "HS256")
        if algorithm in _DIGESTS:
            claims = {claim: document.get("key"), "exp": int(now) + 60}
            signed = f"{_written({'alg': algorithm, 'typ': 'JWT'})}.{_written(claims)}"
            return f"{signed}.{_signature(signed, algorithm, str(document.get('secret') or '').encode())}"
    return ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("inf")


def _read(part: str) -> dict[str, Any]:
    document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all that is no token
    return document


def _written(document: dict[str, Any]) -> str:
    return _encoded(json.dumps(document, separators=(",", ":")).encode())


def _signature(signed: str, algorithm: str, secret: bytes) -> str:
    return _encoded(hmac.digest(secret, signed.encode(), _DIGESTS[algorithm]))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
