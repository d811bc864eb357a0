"""The services' API paths: who may ask (JWT, clinic), and what is answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs

from sandbox.standins.config import ServiceConfig
from sandbox.standins.http.message import Request
from sandbox.standins.services.collection import Collection
from sandbox.standins.services.echo import ROUTE, echo
from sandbox.standins.services.metrics import Metrics
from sandbox.standins.services.tokens import ACCESS_SECONDS, BadToken, Identity, Tokens

_LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON document (None: no body), the route's pattern and the clinic where it is known."""

    status: int
    document: Any
    route: str
    clinic: str | None = None
    location: str | None = None


class Refused(Exception):
    """The request is not allowed, or makes no sense."""

    def __init__(self, status: int, message: str, clinic: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.clinic = clinic


_ERRORS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
}  # fmt: skip


def error_document(status: int, message: str) -> dict[str, Any]:
    """The body of every refusal."""
    return {"error": _ERRORS.get(status, "Error"), "message": message, "statusCode": status}


class Api:
    """Everything below a service's prefixes."""

    def __init__(self, config: ServiceConfig, metrics: Metrics) -> None:
        self._config = config
        self._metrics = metrics
        self._tokens = Tokens(config.jwt_secret)
        self._prefixes = sorted(config.prefixes, key=len, reverse=True)
        self._collections = {
            prefix: Collection(prefix.rsplit("/", 1)[-1], config.clinics) for prefix in config.prefixes
        }

    def answer(self, request: Request) -> Answer:
        """The answer to an API request; what matches no prefix is 404, or the request itself."""
        path = request.path
        for prefix in self._prefixes:
            if path == prefix or path.startswith(prefix + "/"):
                rest = [part for part in path[len(prefix) :].split("/") if part]
                pattern = prefix + ("/:id" if rest else "")
                try:
                    return self._below(prefix, rest, pattern, request)
                except Refused as refusal:
                    document = error_document(refusal.status, str(refusal))
                    return Answer(refusal.status, document, pattern, refusal.clinic)
        if self._config.echo:
            return Answer(200, echo(request), ROUTE)
        return Answer(404, error_document(404, f"Cannot {request.method} {path}"), "unmatched")

    def _below(self, prefix: str, rest: list[str], pattern: str, request: Request) -> Answer:
        if prefix.startswith("/webhook/"):
            return self._webhook(pattern, request)
        if prefix.endswith("/auth"):
            return self._auth(prefix, rest, request)
        identity = self._identify(request)
        if len(rest) > 1:
            raise Refused(404, f"Cannot {request.method} {request.path}", identity.clinic)
        if rest:
            return self._one(prefix, rest[0], pattern, identity, request)
        return self._all(prefix, pattern, identity, request)

    def _identify(self, request: Request) -> Identity:
        """Whose token it is. 401 without a good one, 403 where it names another clinic than the request."""
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "missing bearer token")
        try:
            identity = self._tokens.verify(token.strip(), "access")
        except BadToken as bad:
            raise Refused(401, str(bad)) from None
        asked = request.header("x-clinic-id")
        if asked is not None and asked != identity.clinic:
            raise Refused(403, "the token belongs to another clinic", identity.clinic)
        if self._config.clinics and identity.clinic not in self._config.clinics:
            raise Refused(403, "unknown clinic")
        return identity

    def _all(self, prefix: str, pattern: str, identity: Identity, request: Request) -> Answer:
        collection, clinic = self._collections[prefix], identity.clinic
        if request.method in ("GET", "HEAD"):
            start, size = _window(request.query)
            items, total = collection.list(clinic, start, size)
            return Answer(200, {"data": items, "total": total}, pattern, clinic)
        if request.method == "POST":
            fields = _fields(request, clinic)
            item = collection.create(clinic, fields)
            status = fields.get("status")
            known = status if isinstance(status, str) and status in ("confirmed", "cancelled") else "pending"
            self._metrics.created(prefix.rsplit("/", 1)[-1], clinic, known)
            return Answer(201, item, pattern, clinic, f"{prefix}/{item['id']}")
        raise Refused(405, f"{request.method} is not allowed here", clinic)

    def _one(self, prefix: str, item_id: str, pattern: str, identity: Identity, request: Request) -> Answer:
        collection, clinic = self._collections[prefix], identity.clinic
        match request.method:
            case "GET" | "HEAD":
                item = collection.get(clinic, item_id)
            case "PUT" | "PATCH":
                item = collection.update(clinic, item_id, _fields(request, clinic))
            case "DELETE":
                item = collection.delete(clinic, item_id)
                if item is not None:
                    self._metrics.deleted(prefix.rsplit("/", 1)[-1], clinic)
                    return Answer(204, None, pattern, clinic)
            case method:
                raise Refused(405, f"{method} is not allowed here", clinic)
        if item is None:
            raise Refused(404, "there is no such item", clinic)
        return Answer(200, item, pattern, clinic)

    def _auth(self, prefix: str, rest: list[str], request: Request) -> Answer:
        route = f"{prefix}/{rest[0]}" if rest and rest[0] in ("login", "refresh", "me") else prefix
        match rest, request.method:
            case ["login"], "POST":
                return self._login(route, _fields(request))
            case ["refresh"], "POST":
                token = _fields(request).get("refreshToken")
                try:
                    identity = self._tokens.verify(token if isinstance(token, str) else "", "refresh")
                except BadToken as bad:
                    raise Refused(401, str(bad)) from None
                return self._tokens_for(identity.email, identity.clinic, identity.role, route)
            case (["me"] | [], "GET" | "HEAD"):
                identity = self._identify(request)
                document = {"email": identity.email, "clinicId": identity.clinic, "role": identity.role}
                return Answer(200, document, route, identity.clinic)
            case ["login" | "refresh" | "me"], method:
                raise Refused(405, f"{method} is not allowed here")
        raise Refused(404, f"Cannot {request.method} {request.path}")

    def _login(self, route: str, fields: dict[str, Any]) -> Answer:
        email, password = fields.get("email", fields.get("username")), fields.get("password")
        if not isinstance(email, str) or not isinstance(password, str):
            raise Refused(400, "email and password are required")
        for account in self._config.accounts:
            if account.email == email and compare_digest(account.password.encode(), password.encode()):
                return self._tokens_for(account.email, account.clinic, account.role, route)
        raise Refused(401, "invalid credentials")

    def _tokens_for(self, email: str, clinic: str, role: str, route: str) -> Answer:
        document = {
            "accessToken": self._tokens.issue(email, clinic, role, "access"),
            "refreshToken": self._tokens.issue(email, clinic, role, "refresh"),
            "tokenType": "Bearer",
            "expiresIn": ACCESS_SECONDS,
            "user": {"email": email, "clinicId": clinic, "role": role},
        }
        return Answer(200, document, route, clinic)

    def _webhook(self, pattern: str, request: Request) -> Answer:
        """WhatsApp's own calls carry no token; a GET with a challenge is its way to verify the address."""
        if request.method in ("GET", "HEAD"):
            challenge = parse_qs(request.query).get("hub.challenge", ["ok"])[0]
            return Answer(200, {"challenge": challenge}, pattern)
        if request.method == "POST":
            _fields(request)
            return Answer(200, {"received": True}, pattern)
        raise Refused(405, f"{request.method} is not allowed here")


def _fields(request: Request, clinic: str | None = None) -> dict[str, Any]:
    """The JSON object in a request's body; no body is an empty one."""
    if not request.body:
        return {}
    try:
        document = json.loads(bytes(request.body))
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON", clinic) from None
    if not isinstance(document, dict):
        raise Refused(400, "the body is not a JSON object", clinic)
    return document


def _window(query: str) -> tuple[int, int]:
    given = parse_qs(query) if query else {}
    numbers = []
    for name, default in (("offset", 0), ("limit", 20)):
        text = given.get(name, [str(default)])[0]
        numbers.append(int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default)
    return numbers[0], min(max(numbers[1], 1), _LARGEST_PAGE)
