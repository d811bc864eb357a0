"""Answers of the Admin API and the Status API."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

from atalaia.systems.kong.headers import ADMIN_LATENCY
from sandbox.standins.http.message import Headers, Response
from sandbox.standins.http.server import Server
from sandbox.standins.kong.node import Node

Listeners = Callable[[], tuple[Server, ...]]
Answer = tuple[int, Any]
"""Status and JSON document; a document of None has no body."""
NOT_FOUND: Answer = (404, {"message": "Not found"})
NOT_ALLOWED: Answer = (405, {"message": "Method not allowed"})


def respond(node: Node, status: int, document: Any, cors: Headers, started: float) -> Response:
    """An answer of the Admin or Status API, with Kong's headers in Kong's order."""
    text = isinstance(document, str)
    kind = "text/plain; charset=UTF-8" if text else "application/json; charset=utf-8"
    body = b"" if document is None else document.encode() if text else _json(document)
    headers: Headers = [] if document is None else [("Content-Type", kind)]
    headers += [("Connection", "keep-alive"), *cors]
    if document is not None or status == 304:
        headers.append(("Content-Length", str(len(body))))
    headers += [(ADMIN_LATENCY, str(round((perf_counter() - started) * 1000))), ("Server", node.server)]
    return Response(status, headers, body, phrase="Not Allowed" if status == 405 else None)


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
