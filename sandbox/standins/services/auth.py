"""Who asks, and for whom: logins, tokens, clinics."""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest
from typing import Any

from sandbox.standins.config import ServiceConfig
from sandbox.standins.http.message import Request
from sandbox.standins.services.answer import Answer, Refused, fields
from sandbox.standins.services.behaviour import Behaviour
from sandbox.standins.services.tokens import LIFETIMES, BadToken, Identity, Tokens

NEVER_KEPT = ("Cache-Control", "no-store")
"""On everything about tokens (RFC 6749, 5.1)."""


class Auth:
    """What a service knows of tokens; the auth service's own paths."""

    def __init__(self, config: ServiceConfig) -> None:
        self._config = config
        self._tokens = Tokens(config.jwt_secret)

    def identify(self, request: Request, behaviour: Behaviour) -> Identity:
        """Whose token it is. 401 without a good one, 403 where it names another clinic than the request."""
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "missing bearer token")
        try:
            identity = self._tokens.verify(token.strip(), "access")
        except BadToken as bad:
            raise Refused(401, str(bad)) from None
        asked = request.header("x-clinic-id")
        if behaviour.any_tenant:
            return replace(identity, clinic=asked or identity.clinic)
        if asked is not None and asked != identity.clinic:
            raise Refused(403, "the token belongs to another clinic", identity.clinic)
        if self._config.clinics and identity.clinic not in self._config.clinics:
            raise Refused(403, "unknown clinic")
        return identity

    def answer(self, prefix: str, rest: list[str], request: Request, behaviour: Behaviour) -> Answer:
        """The answer to a path below the auth service's prefix. Raises Refused."""
        route = route_of(prefix, rest)
        match rest, request.method:
            case ["login"], "POST":
                return self._login(prefix, route, fields(request), behaviour)
            case ["refresh"], "POST":
                token = fields(request).get("refreshToken")
                try:
                    identity = self._tokens.verify(token if isinstance(token, str) else "", "refresh")
                except BadToken as bad:
                    raise Refused(401, str(bad)) from None
                return self._issue(prefix, route, identity, behaviour)
            case (["me"] | [], "GET" | "HEAD"):
                identity = self.identify(request, behaviour)
                return Answer(200, _user(identity), route, identity.clinic, (NEVER_KEPT,))
            case ["login" | "refresh" | "me"], method:
                raise Refused(405, f"{method} is not allowed here")
        raise Refused(404, f"Cannot {request.method} {request.path}")

    def _login(self, prefix: str, route: str, given: dict[str, Any], behaviour: Behaviour) -> Answer:
        email, password = given.get("email", given.get("username")), given.get("password")
        if not isinstance(email, str) or not isinstance(password, str):
            raise Refused(400, "email and password are required")
        for account in self._config.accounts:
            if account.email == email and compare_digest(account.password.encode(), password.encode()):
                identity = Identity(account.email, account.clinic, account.role, expires=0)
                return self._issue(prefix, route, identity, behaviour)
        raise Refused(401, "invalid credentials")

    def _issue(self, prefix: str, route: str, identity: Identity, behaviour: Behaviour) -> Answer:
        lifetimes = LIFETIMES | dict(behaviour.lifetimes)
        refresh = self._tokens.issue(identity, "refresh", lifetimes["refresh"])
        document = {
            "accessToken": self._tokens.issue(identity, "access", lifetimes["access"]),
            "refreshToken": refresh,
            "tokenType": "Bearer",
            "expiresIn": lifetimes["access"],
            "user": _user(identity),
        }
        attributes = (
            f"Path={prefix}",
            f"Max-Age={lifetimes['refresh']}",
            "HttpOnly",
            "Secure",
            "SameSite=Strict",
        )
        kept = (one for one in attributes if one.partition("=")[0] != behaviour.cookie_without)
        cookie = "; ".join((f"refresh_token={refresh}", *kept))
        return Answer(200, document, route, identity.clinic, (NEVER_KEPT, ("Set-Cookie", cookie)))


def route_of(prefix: str, rest: list[str]) -> str:
    """The pattern of a path below the auth service's prefix, whatever the answer to it is."""
    return f"{prefix}/{rest[0]}" if rest and rest[0] in ("login", "refresh", "me") else prefix


def _user(identity: Identity) -> dict[str, str]:
    return {"email": identity.email, "clinicId": identity.clinic, "role": identity.role}
