"""What a service answers, before it becomes bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox.standins.http.message import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON document (None: no body), the route's pattern and the clinic where it is known."""

    status: int
    document: Any
    route: str
    clinic: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """The request is not allowed, or makes no sense."""

    def __init__(self, status: int, message: str, clinic: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.clinic = clinic


_ERRORS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    429: "Too Many Requests",
}  # fmt: skip


def error_document(status: int, message: str) -> dict[str, Any]:
    """The body of every refusal."""
    return {"error": _ERRORS.get(status, "Error"), "message": message, "statusCode": status}


def fields(request: Request, clinic: str | None = None) -> dict[str, Any]:
    """The JSON object in a request's body; no body is an empty one. Raises Refused."""
    if not request.body:
        return {}
    try:
        document = json.loads(bytes(request.body))
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON", clinic) from None
    if not isinstance(document, dict):
        raise Refused(400, "the body is not a JSON object", clinic)
    return document
