"""The request that a service saw, as its answer: what came of it on the way."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from sandbox.standins.http.message import Request

ROUTE = "/api/v1/echo"
"""Its label in metrics, whatever the path."""


def is_echoed(path: str) -> bool:
    """Whether a path is the echo's, also where a gateway has changed it: `/` may be left of it."""
    return path == "/" or "/echo" in unquote(path)


def echo(request: Request) -> dict[str, Any]:
    """Method, target and headers in wire order; `client` is the address that sent it, the gateway's."""
    return {
        "method": request.method,
        "target": request.target,
        "headers": [list(header) for header in request.headers],
        "client": request.client[0],
    }
