"""Grafana's HTTP API: health, data sources and what they are asked, search, dashboards, provisioning.

docs/sandbox-standins.md says after which documents.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Coroutine
from hmac import compare_digest
from typing import Any
from urllib.parse import unquote

from atalaia.errors import UsageError
from sandbox.standins.config import GrafanaConfig
from sandbox.standins.grafana.asking import Asking
from sandbox.standins.grafana.documents import dashboard_document, search, source_document
from sandbox.standins.grafana.provisioning import Provisioned, read
from sandbox.standins.grafana.source import Sources
from sandbox.standins.http.message import Headers, Request, Response, json_response
from sandbox.standins.http.server import Reply, Server

_HEADERS: Headers = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block"),
]
_KINDS = {"dashboards": "Dashboards", "datasources": "Datasources"}

Answer = tuple[int, Any]


class Grafana:
    """The handler of Grafana's listener."""

    kind = "grafana"
    name = "grafana"

    def __init__(self, config: GrafanaConfig, host: str) -> None:
        self.database_failing = False
        self.credentials_refused = False
        self.imported: str | None = None
        """The title of a dashboard that somebody has imported by hand."""
        self._version = f"{config.version}-atalaia-stand-in"
        self._credentials = f"{config.username}:{config.password}".encode()
        self._config = config
        self._provisioned = read(config.provisioning, config.variables)
        self._sources = Sources(self._version)
        self.asking = Asking(self._sources, _HEADERS)
        self._tasks: set[asyncio.Task[None]] = set()
        self.servers = (Server(self, host, config.port),)

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        parts = [unquote(part) for part in request.path.split("/") if part]
        if parts in (["api", "health"], ["healthz"]):
            reply.send(self._health(parts))
        elif refusal := self._refusal(request):
            reply.send(self._respond(refusal))
        elif asked := self._asked(parts, request):
            self._begin(asked, reply)
        elif request.method == "POST":
            reply.send(self._respond(self._reload(parts)))
        elif request.method in ("GET", "HEAD"):
            reply.send(self._respond(self._answer(parts, request.query)))
        else:
            reply.send(self._respond((405, {"message": "Method not allowed"})))

    def refuse(self, status: int) -> Response:
        """The answer to what is no request."""
        return Response(
            status, [("Content-Type", "text/plain; charset=utf-8")], b"400 Bad Request", close=True
        )

    async def close(self) -> None:
        """Close the listener."""
        for server in self.servers:
            await server.stop()
        for task in list(self._tasks):
            task.cancel()
        self._sources.close()

    def _health(self, parts: list[str]) -> Response:
        if parts == ["healthz"]:
            return Response(200, [("Content-Type", "text/plain; charset=utf-8")], b"Ok")
        database = "failing" if self.database_failing else "ok"
        document = {"commit": "stand-in", "database": database, "version": self._version}
        return self._respond((503 if self.database_failing else 200, document))

    def _refusal(self, request: Request) -> Answer | None:
        """401 for who is not known; Grafana tells apart who says nothing and who says something wrong."""
        scheme, _, encoded = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "basic":
            return 401, _refused("Unauthorized", "auth.unauthorized")
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            given = b""
        if compare_digest(given, self._credentials) and not self.credentials_refused:
            return None
        return 401, _refused("Invalid username or password", "password-auth.failed")

    def _asked(self, parts: list[str], request: Request) -> Coroutine[Any, Any, Response] | None:
        """The answer to what a data source must be asked for; None for everything else."""
        source, get = self._provisioned.source, request.method in ("GET", "HEAD")
        match parts:
            case ["api", "datasources", "proxy", "uid", uid, *_]:
                return self.asking.proxied(source(uid), _below(request.path, 5), request)
            case ["api", "datasources", "proxy", number, *_]:
                return self.asking.proxied(source(number), _below(request.path, 4), request)
            case ["api", "datasources", "uid", uid, "health"] if get:
                return self.asking.health(source(uid))
            case ["api", "datasources", number, "health"] if get:
                return self.asking.health(source(number))
            case ["api", "ds", "query"] if request.method == "POST":
                return self.asking.queried(self._provisioned, bytes(request.body))
        return None

    def _begin(self, asked: Coroutine[Any, Any, Response], reply: Reply) -> None:
        async def send() -> None:
            reply.send(await asked)

        task = asyncio.get_running_loop().create_task(send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _answer(self, parts: list[str], query: str) -> Answer:
        provisioned = self._provisioned
        match parts:
            case ["api", "datasources"]:
                return 200, [source_document(source) for source in provisioned.data_sources]
            case ["api", "datasources", "uid", uid]:
                return _found(provisioned, uid)
            case ["api", "datasources", "name", name]:
                named = (source.uid for source in provisioned.data_sources if source.name == name)
                return _found(provisioned, next(named, ""))
            case ["api", "datasources", number]:
                return _found(provisioned, number)
            case ["api", "search"]:
                return 200, search(provisioned, query)
            case ["api", "dashboards", "uid", uid]:
                board = next((board for board in provisioned.dashboards if board.uid == uid), None)
                return (
                    (200, dashboard_document(board, provisioned=board.title != self.imported))
                    if board
                    else (404, {"message": "Dashboard not found"})
                )
            case ["api", "org"]:
                return 200, {"id": 1, "name": "Main Org."}
        return 404, {"message": "Not found"}

    def _reload(self, parts: list[str]) -> Answer:
        """Read the provisioning files anew; what is wrong with them leaves the former ones in place."""
        match parts:
            case ["api", "admin", "provisioning", kind, "reload"] if kind in _KINDS:
                try:
                    read_anew = read(self._config.provisioning, self._config.variables)
                except UsageError as error:
                    return 500, {"message": "", "error": str(error)}
                self._provisioned = self._provisioned.with_new(kind, read_anew)
                return 200, {"message": f"{_KINDS[kind]} config reloaded"}
        return 404, {"message": "Not found"}

    def _respond(self, answer: Answer) -> Response:
        return json_response(*answer, _HEADERS)


def _refused(message: str, identity: str) -> dict[str, object]:
    return {"message": message, "messageId": identity, "statusCode": 401, "traceID": ""}


def _found(provisioned: Provisioned, identity: str) -> Answer:
    found = provisioned.source(identity)
    return (200, source_document(found)) if found else (404, {"message": "Data source not found"})


def _below(path: str, parts: int) -> str:
    """What follows so many parts of a path, exactly as it was sent."""
    rest = path.lstrip("/").split("/", parts)
    return rest[parts] if len(rest) > parts else ""
