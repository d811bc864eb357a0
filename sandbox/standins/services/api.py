"""The services' API paths: who may ask (JWT, clinic), and what is answered."""

from __future__ import annotations

from urllib.parse import parse_qs

from sandbox.standins.config import ServiceConfig
from sandbox.standins.http.message import Request
from sandbox.standins.services.answer import Answer, Refused, error_document, fields
from sandbox.standins.services.auth import NEVER_KEPT, Auth, route_of
from sandbox.standins.services.behaviour import Behaviour
from sandbox.standins.services.collection import Collection
from sandbox.standins.services.echo import ROUTE, echo, is_echoed
from sandbox.standins.services.metrics import Metrics
from sandbox.standins.services.tokens import Identity

_LARGEST_PAGE = 100


class Api:
    """Everything below a service's prefixes."""

    def __init__(self, config: ServiceConfig, metrics: Metrics) -> None:
        self._config = config
        self._metrics = metrics
        self._auth = Auth(config)
        self._prefixes = sorted(config.prefixes, key=len, reverse=True)
        self._collections = {
            prefix: Collection(prefix.rsplit("/", 1)[-1], config.clinics) for prefix in config.prefixes
        }

    def answer(self, request: Request, behaviour: Behaviour) -> Answer:
        """The answer to an API request; what matches no prefix is 404."""
        path = request.path
        for prefix in self._prefixes:
            if path == prefix or path.startswith(prefix + "/"):
                rest = [part for part in path[len(prefix) :].split("/") if part]
                is_auth = prefix.endswith("/auth")
                pattern = route_of(prefix, rest) if is_auth else prefix + ("/:id" if rest else "")
                try:
                    return self._below(prefix, rest, pattern, request, behaviour)
                except Refused as refusal:
                    document = error_document(refusal.status, str(refusal))
                    if behaviour.tells_traces:
                        document["stack"] = f"Error: {refusal}\n    at verify (/app/src/auth/tokens.js:41:13)"
                    headers = (NEVER_KEPT,) if is_auth else ()
                    return Answer(refusal.status, document, pattern, refusal.clinic, headers)
        if self._config.echo and is_echoed(path):
            return Answer(200, echo(request), ROUTE)
        return Answer(404, error_document(404, f"Cannot {request.method} {path}"), "unmatched")

    def _below(
        self, prefix: str, rest: list[str], pattern: str, request: Request, behaviour: Behaviour
    ) -> Answer:
        if prefix.startswith("/webhook/"):
            return self._webhook(pattern, request)
        if prefix.endswith("/auth"):
            return self._auth.answer(prefix, rest, request, behaviour)
        identity = self._auth.identify(request, behaviour)
        if len(rest) > 1:
            raise Refused(404, f"Cannot {request.method} {request.path}", identity.clinic)
        if rest:
            return self._one(prefix, rest[0], pattern, identity, request)
        return self._all(prefix, pattern, identity, request)

    def _all(self, prefix: str, pattern: str, identity: Identity, request: Request) -> Answer:
        collection, clinic = self._collections[prefix], identity.clinic
        if request.method in ("GET", "HEAD"):
            start, size = _window(request.query)
            items, total = collection.list(clinic, start, size)
            return Answer(200, {"data": items, "total": total}, pattern, clinic)
        if request.method == "POST":
            given = fields(request, clinic)
            item = collection.create(clinic, given)
            status = given.get("status")
            known = status if isinstance(status, str) and status in ("confirmed", "cancelled") else "pending"
            self._metrics.created(prefix.rsplit("/", 1)[-1], clinic, known)
            location = ("Location", f"{prefix}/{item['id']}")
            return Answer(201, item, pattern, clinic, (location,))
        raise Refused(405, f"{request.method} is not allowed here", clinic)

    def _one(self, prefix: str, item_id: str, pattern: str, identity: Identity, request: Request) -> Answer:
        collection, clinic = self._collections[prefix], identity.clinic
        match request.method:
            case "GET" | "HEAD":
                item = collection.get(clinic, item_id)
            case "PUT" | "PATCH":
                item = collection.update(clinic, item_id, fields(request, clinic))
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

    def _webhook(self, pattern: str, request: Request) -> Answer:
        """WhatsApp's own calls carry no token; a GET with a challenge is its way to verify the address."""
        if request.method in ("GET", "HEAD"):
            challenge = parse_qs(request.query).get("hub.challenge", ["ok"])[0]
            return Answer(200, {"challenge": challenge}, pattern)
        if request.method == "POST":
            fields(request)
            return Answer(200, {"received": True}, pattern)
        raise Refused(405, f"{request.method} is not allowed here")


def _window(query: str) -> tuple[int, int]:
    given = parse_qs(query) if query else {}
    numbers = []
    for name, default in (("offset", 0), ("limit", 20)):
        text = given.get(name, [str(default)])[0]
        numbers.append(int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default)
    return numbers[0], min(max(numbers[1], 1), _LARGEST_PAGE)
