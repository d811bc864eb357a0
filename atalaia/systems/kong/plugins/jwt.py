"""jwt: a signed token names a consumer by its `iss` (or another claim).

After kong/plugins/jwt/handler.lua of 3.4. Every refusal is a 401 in compact JSON, whatever Accept says.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from atalaia.systems.kong.entities import Configuration, Credential, Plugin
from atalaia.systems.kong.plugins import answers, queries
from atalaia.systems.kong.plugins.credentials import Authenticator, Identity
from atalaia.systems.kong.plugins.tokens import BadToken, Token, decode, registered_claims, verify
from atalaia.systems.kong.plugins.turn import Answer, KongFailed, Turn
from atalaia.systems.kong.versions import V3_8, Version

_BEARER = re.compile(r"\s*[Bb]earer\s+(.+)")
_COOKIE = re.compile(r"\s*([^=;\s]+)\s*=\s*([^;]*)")


class Jwt(Authenticator):
    """The plugin in the pipeline."""

    name = "jwt"
    kind = "jwt_secrets"
    unique = "key"

    def __init__(self, plugin: Plugin, configuration: Configuration, version: Version) -> None:
        config = plugin.config
        super().__init__(
            config.get("anonymous"), configuration, on_preflight=config.get("run_on_preflight") is not False
        )
        self._headers = tuple(it.lower() for it in config.get("header_names") or ("authorization",))
        names = config.get("uri_param_names")
        self._parameters: tuple[str, ...] = ("jwt",) if names is None else tuple(names)
        self._cookies: tuple[str, ...] = tuple(config.get("cookie_names") or ())
        self._claim: str = config.get("key_claim_name") or "iss"
        self._verified: tuple[str, ...] = tuple(config.get("claims_to_verify") or ())
        self._maximum = float(config.get("maximum_expiration") or 0)
        self._base64 = bool(config.get("secret_is_base64"))
        self._challenges = version >= V3_8

    def authenticate(self, turn: Turn) -> Identity | Answer:
        """Find the one token, its credential by the claim, then verify it."""
        found = self._tokens(turn)
        if not found:
            return self._refuse("Unauthorized", known=True)
        if len(found) > 1:
            return self._refuse("Multiple tokens provided")
        (text,) = found
        if not isinstance(text, str):
            return self._refuse("Unrecognizable token")
        try:
            token = _decoded(text)
        except BadToken as bad:
            return self._refuse(f"Bad token; {bad}")
        key = token.claims.get(self._claim, False)
        if key is False:  # Lua's `or`: an empty text, and JSON's null, are true
            key = token.header.get(self._claim, False)
        if key is False:
            return self._refuse(f"No mandatory '{self._claim}' in claims")
        if key == "":
            return self._refuse(f"Invalid '{self._claim}' in claims")
        if not isinstance(key, str):
            raise KongFailed("jwt: a key that is no string")
        credential = self.credential(key)
        if credential is None:
            return self._refuse(f"No credentials found for given '{self._claim}'")
        return self._verify(turn, token, text, credential)

    def _verify(self, turn: Turn, token: Token, text: str, credential: Credential) -> Identity | Answer:
        algorithm = credential.document.get("algorithm") or "HS256"
        if token.algorithm != algorithm:
            return self._refuse("Invalid algorithm")
        stored = credential.document.get("secret" if algorithm.startswith("HS") else "rsa_public_key") or ""
        secret = _unbase64(stored) if self._base64 else stored.encode()
        if not secret:
            return self._refuse("Invalid key/secret")
        if not _genuine(text, secret):
            return self._refuse("Invalid signature")
        wrong = registered_claims(token, self._verified, turn.now)
        if not wrong and self._maximum > 0:
            exp = token.claims.get("exp")
            if not isinstance(exp, int | float) or exp - int(turn.now) > self._maximum:
                wrong = {"exp": "exceeds maximum allowed expiration"}
        if wrong:
            return self._answer(wrong)
        return self.identity(credential)

    def _tokens(self, turn: Turn) -> set[str | bool]:
        """The different tokens of a request: more than one is refused."""
        found: set[str | bool] = set()
        query = turn.request.target.partition("?")[2]
        if query and ("%" in query or any(name in query for name in self._parameters)):
            arguments = queries.arguments(turn)
            for name in self._parameters:
                value = arguments.get(name)
                found.update(value if isinstance(value, list) else [] if value is None else [value])
        by_name = turn.request.by_name
        if self._cookies:
            cookies = dict(_COOKIE.findall("; ".join(by_name.get("cookie", ()))))
            found.update(cookies[name] for name in self._cookies if name in cookies)
        for name in self._headers:
            given = by_name.get(name)
            if given and (match := _BEARER.search(given[0])):
                found.add(match[1])
        found.discard("")
        return found

    def _refuse(self, message: str, *, known: bool = False) -> Answer:
        return self._answer({"message": message}, known=known)

    def _answer(self, content: dict[str, str], *, known: bool = False) -> Answer:
        if not self._challenges:
            return answers.document(401, content)
        challenge = "Bearer" if known else 'Bearer error="invalid_token"'
        return answers.document(401, content, ("WWW-Authenticate", challenge))


@lru_cache(maxsize=4096)
def _decoded(text: str) -> Token:
    return decode(text)


@lru_cache(maxsize=4096)
def _genuine(text: str, secret: bytes) -> bool:
    """Whether a token is signed with this secret: the answer never changes, and is asked again and again."""
    return verify(_decoded(text), secret)


def _unbase64(secret: str) -> bytes:
    raw = secret.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True)
    except ValueError:
        return b""
