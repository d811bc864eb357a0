"""Grafana's HTTP API: health, data sources and their health, search, dashboards."""

from __future__ import annotations

import asyncio
import base64
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.standins.config import GrafanaConfig
from sandbox.standins.grafana.provisioning import Dashboard, DataSource, read, slug
from sandbox.standins.http.message import Headers, Request, Response, json_response
from sandbox.standins.http.server import Reply, Server

_HEADERS: Headers = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block"),
]
_SOURCE_DEADLINE = 2.0
_LARGEST_SEARCH = 5000

Answer = tuple[int, Any]


class Grafana:
    """The handler of Grafana's listener."""

    kind = "grafana"
    name = "grafana"

    def __init__(self, config: GrafanaConfig, host: str) -> None:
        self.database_failing = False
        self._version = f"{config.version}-atalaia-stand-in"
        self._credentials = f"{config.username}:{config.password}".encode()
        self._provisioned = read(config.provisioning, config.variables)
        self._tasks: set[asyncio.Task[None]] = set()
        self.servers = (Server(self, host, config.port),)

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        parts = [unquote(part) for part in request.path.split("/") if part]
        if request.method not in ("GET", "HEAD"):
            reply.send(self._respond((405, {"message": "Method not allowed"})))
        elif parts == ["api", "health"] or parts == ["healthz"]:
            reply.send(self._health(parts))
        elif not self._knows(request):
            document = {
                "message": "Unauthorized",
                "messageId": "session.token.unauthorized",
                "statusCode": 401,
            }
            reply.send(self._respond((401, document)))
        else:
            match parts:
                case ["api", "datasources", "uid", uid, "health"]:
                    task = asyncio.get_running_loop().create_task(self._source_health(uid, reply))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                case _:
                    reply.send(self._respond(self._answer(parts, request.query)))

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

    def _health(self, parts: list[str]) -> Response:
        if parts == ["healthz"]:
            return Response(200, [("Content-Type", "text/plain; charset=utf-8")], b"Ok")
        database = "failing" if self.database_failing else "ok"
        document = {"commit": "stand-in", "database": database, "version": self._version}
        return self._respond((503 if self.database_failing else 200, document))

    def _knows(self, request: Request) -> bool:
        scheme, _, encoded = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            return False
        return compare_digest(given, self._credentials)

    def _answer(self, parts: list[str], query: str) -> Answer:
        sources, dashboards = self._provisioned.data_sources, self._provisioned.dashboards
        match parts:
            case ["api", "datasources"]:
                return 200, [_source(source) for source in sources]
            case ["api", "datasources", "uid", uid]:
                found = next((source for source in sources if source.uid == uid), None)
                return (200, _source(found)) if found else (404, {"message": "Data source not found"})
            case ["api", "datasources", "name", name]:
                found = next((source for source in sources if source.name == name), None)
                return (200, _source(found)) if found else (404, {"message": "Data source not found"})
            case ["api", "search"]:
                return 200, self._search(query)
            case ["api", "dashboards", "uid", uid]:
                board = next((board for board in dashboards if board.uid == uid), None)
                return (200, _dashboard(board)) if board else (404, {"message": "Dashboard not found"})
            case ["api", "org"]:
                return 200, {"id": 1, "name": "Main Org."}
        return 404, {"message": "Not found"}

    def _search(self, query: str) -> list[dict[str, Any]]:
        given = parse_qs(query)
        wanted, kind = given.get("query", [""])[0].lower(), given.get("type", ["dash-db"])[0]
        limit = given.get("limit", ["1000"])[0]
        size = min(int(limit) if limit.isascii() and limit.isdigit() else 1000, _LARGEST_SEARCH)
        if kind != "dash-db":
            return []
        found = [board for board in self._provisioned.dashboards if wanted in board.title.lower()]
        return [_hit(board) for board in sorted(found, key=lambda board: board.title)[:size]]

    async def _source_health(self, uid: str, reply: Reply) -> None:
        source = next((it for it in self._provisioned.data_sources if it.uid == uid), None)
        if source is None:
            reply.send(self._respond((404, {"message": "Data source not found"})))
        elif await _answers(source):
            reply.send(
                self._respond((200, {"status": "OK", "message": "Successfully queried the Prometheus API."}))
            )
        else:
            message = "There was an error returned querying the Prometheus API."
            reply.send(self._respond((400, {"status": "ERROR", "message": message})))

    def _respond(self, answer: Answer) -> Response:
        return json_response(*answer, _HEADERS)


async def _answers(source: DataSource) -> bool:
    """Whether the data source answers a query for 1+1, as Grafana's own health check asks it."""
    url = urlsplit(source.url)
    head = (
        f"GET {url.path.rstrip('/')}/api/v1/query?query=1%2B1 HTTP/1.1\r\n"
        f"Host: {url.netloc}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(_SOURCE_DEADLINE):
            reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
            try:
                writer.write(head.encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
    return status.split(b" ")[1:2] == [b"200"]


def _source(source: DataSource) -> dict[str, Any]:
    return {
        "id": source.id, "uid": source.uid, "orgId": 1, "name": source.name, "type": source.type,
        "typeName": source.type.capitalize(), "access": source.access, "url": source.url, "user": "",
        "database": "", "basicAuth": False, "isDefault": source.default, "jsonData": source.json_data,
        "readOnly": True,
    }  # fmt: skip


def _address(board: Dashboard) -> str:
    return f"/d/{board.uid}/{slug(board.title)}"


def _hit(board: Dashboard) -> dict[str, Any]:
    hit = {
        "id": board.id, "uid": board.uid, "title": board.title, "uri": f"db/{slug(board.title)}",
        "url": _address(board), "slug": "", "type": "dash-db", "tags": board.model.get("tags") or [],
        "isStarred": False, "sortMeta": 0,
    }  # fmt: skip
    if board.folder:
        hit |= {"folderUid": board.folder_uid, "folderTitle": board.folder}
    return hit


def _dashboard(board: Dashboard) -> dict[str, Any]:
    return {
        "meta": {
            "type": "db", "canSave": False, "canEdit": True, "canAdmin": True, "slug": slug(board.title),
            "url": _address(board), "version": board.model["version"], "folderId": 0,
            "folderUid": board.folder_uid, "folderTitle": board.folder or "General",
            "provisioned": True, "provisionedExternalId": board.file,
        },
        "dashboard": board.model,
    }  # fmt: skip
