"""The Admin API of a node without a database."""

from __future__ import annotations

import hashlib
import json
import time
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, unquote

from atalaia.systems.kong import schema
from atalaia.systems.kong.declarative import load, load_document
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.flatten import flattened
from atalaia.systems.kong.problems import DeclarativeError
from sandbox.standins.http.message import Headers, Request, Response
from sandbox.standins.http.server import Reply
from sandbox.standins.kong import documents, lists
from sandbox.standins.kong.answers import NOT_ALLOWED, NOT_FOUND, Answer, Listeners, respond
from sandbox.standins.kong.node import Node

_VERBS = {"POST": "create", "PATCH": "update", "PUT": "create or update", "DELETE": "remove"}


class Admin:
    """The handler of the Admin listener."""

    def __init__(self, node: Node, listeners: Listeners) -> None:
        self.node = node
        self._listeners = listeners

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        started = perf_counter()
        self.node.requests += 1
        parts = [unquote(part) for part in request.path.split("/") if part]
        cors = self._cors(request)
        if request.method == "OPTIONS":
            reply.send(self._options(parts, cors, started))
            return
        try:
            status, document = self._answer(request, parts)
        except lists.BadQuery as bad:
            status, document = 400, bad.document
        reply.send(respond(self.node, status, document, cors, started))

    def refuse(self, status: int) -> Response:
        """The answer to what is no request."""
        return respond(self.node, 400, {"message": "Bad request"}, [], perf_counter())

    def _answer(self, request: Request, parts: list[str]) -> Answer:
        node, method = self.node, "GET" if request.method == "HEAD" else request.method
        reading = method == "GET"
        match parts:
            case []:
                return (200, documents.root(node)) if reading else NOT_ALLOWED
            case ["status"]:
                return (200, documents.status(node, self._listeners())) if reading else NOT_ALLOWED
            case ["metrics"]:
                return (200, documents.metrics(node, self._listeners())) if reading else NOT_ALLOWED
            case ["config"]:
                return self._config(request) if method == "POST" else NOT_ALLOWED
            case ["plugins", "enabled"]:
                return (
                    (200, {"enabled_plugins": sorted(schema.bundled_plugins())}) if reading else NOT_ALLOWED
                )
            case ["schemas", *rest]:
                return _schema(rest) if reading else NOT_ALLOWED
            case [entity, *rest] if entity in lists.ENTITIES:
                return self._read(request, entity, rest) if reading else self._write(method, entity, rest)
        return NOT_FOUND

    def _read(self, request: Request, entity: str, rest: list[str]) -> Answer:
        configuration = self.node.configuration
        if not rest:
            return 200, lists.page(lists.documents(configuration, entity), f"/{entity}", request.query)
        found = lists.find(configuration, entity, rest[0])
        if found is None:
            return NOT_FOUND
        match rest[1:]:
            case []:
                return 200, found
            case ["health"] if entity == "upstreams":
                return 200, self._health(found["id"])
            case below if (child := "/".join(below)) in lists.CHILDREN.get(entity, {}):
                items = lists.children(configuration, entity, found, child)
                return 200, lists.page(items, f"/{entity}/{rest[0]}/{child}", request.query)
        return NOT_FOUND

    def _write(self, method: str, entity: str, rest: list[str]) -> Answer:
        """A node without a database takes no writes but POST /config."""
        if method not in _VERBS or (method == "POST") != (not rest):
            return NOT_ALLOWED
        by = ""
        if rest and not any(d["id"] == rest[0] for d in lists.documents(self.node.configuration, entity)):
            by = f" by '{lists.KEYS.get(entity, 'name')}'"
        message = f"cannot {_VERBS[method]} '{entity}' entities{by} when not using a database"
        return 405, {"code": 12, "message": message, "name": "operation unsupported"}

    def _config(self, request: Request) -> Answer:
        """`POST /config`: another declarative configuration, as text in `config` or as JSON itself."""
        try:
            given = _body(request)
        except ValueError:
            return 400, {"message": "Cannot parse JSON body"}
        text = given.get("config")
        if not given or (text is not None and not isinstance(text, str)):
            return 400, {"message": "expected a declarative configuration"}
        digest = hashlib.md5(
            (text or json.dumps(given, sort_keys=True)).encode(), usedforsecurity=False
        ).hexdigest()
        asked = parse_qs(request.query)
        if asked.get("check_hash") == ["1"] and digest == self.node.configuration.hash:
            return 304, None
        loaded_at = int(time.time())
        try:
            loaded = (
                load_document(given, digest=digest, loaded_at=loaded_at)
                if text is None
                else load(text, loaded_at=loaded_at)
            )
        except DeclarativeError as refused:
            as_list = asked.get("flatten_errors") == ["1"]
            return refused.status, flattened(refused) if as_list else refused.document
        self.node.serve(loaded)
        return 201, _entities(loaded)

    def _health(self, upstream_id: str) -> Any:
        upstream = next(it for it in self.node.configuration.upstreams if it.id == upstream_id)
        data = []
        for state in self.node.balancer.targets(upstream):
            weight, host = state.target.weight, state.address
            able = weight if state.health != "UNHEALTHY" else 0
            address = (
                {"ip": host[0], "port": host[1], "health": state.health, "weight": weight} if host else None
            )
            data.append(
                {
                    **state.target.document,
                    "health": state.health,
                    "data": {
                        "addresses": [address] if address else [],
                        "weight": {"total": weight, "available": able, "unavailable": weight - able},
                        "dns": "A",
                        "host": state.hostname,
                        "port": host[1] if host else 0,
                        "nodeWeight": weight,
                    },
                }
            )
        return {"node_id": self.node.id, "next": None, "data": data}

    def _options(self, parts: list[str], cors: Headers, started: float) -> Response:
        if len(parts) > 1:
            methods = "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
        elif parts == ["config"] or (parts and parts[0] in lists.ENTITIES):
            methods = "GET, HEAD, OPTIONS, POST"
        else:
            methods = "GET, HEAD, OPTIONS"
        extra = [
            ("Access-Control-Allow-Headers", "Content-Type"),
            ("Allow", methods),
            ("Access-Control-Allow-Methods", methods),
        ]
        return respond(self.node, 204, None, [*cors, *extra], started)

    @staticmethod
    def _cors(request: Request) -> Headers:
        """Kong's Admin API lets every origin in, credentials included."""
        origin = request.header("origin") or "*"
        return [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]


def _schema(rest: list[str]) -> Answer:
    """`/schemas/ENTITY` and `/schemas/plugins/NAME`; without the fields' descriptions."""
    match rest:
        case ["plugins", name]:
            found = schema.plugin_schema(name)
            return (200, found) if found else (404, {"message": f"No plugin named '{name}'"})
        case [entity]:
            found = schema.entity_schema(entity)
            return (200, found) if found else (404, {"message": f"No entity named '{entity}'"})
    return NOT_FOUND


def _body(request: Request) -> dict[str, Any]:
    """The fields of a JSON or form body. Raises ValueError."""
    raw = bytes(request.body)
    if (request.header("content-type") or "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    document = json.loads(raw) if raw else {}
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004
    return document


def _entities(configuration: Configuration) -> dict[str, Any]:
    """What POST /config answers: entities by kind and id, without what is null."""
    kinds: dict[str, dict[str, Any]] = {}
    for entity in lists.DECLARED:
        for document in lists.documents(configuration, entity):
            given = {name: value for name, value in document.items() if value is not None}
            kinds.setdefault(entity, {})[document["id"]] = given
    for credential in configuration.credentials:
        kinds.setdefault(credential.kind, {})[credential.id] = {
            name: value for name, value in credential.document.items() if value is not None
        }
    return kinds
