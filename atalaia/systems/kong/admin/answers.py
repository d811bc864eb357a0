"""A request to the Admin API or the Status API, and the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.errors import JSON

Lines = list[tuple[str, str]]

_TEXT = "text/plain; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it changes the answer."""

    method: str
    target: str
    """Path and query, as sent."""
    origin: str | None = None
    content_type: str | None = None
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target up to its `?`."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the first `?` of the target."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer; Date, X-Kong-Admin-Latency and Server are added to its headers when it is sent."""

    status: int
    document: Any = None
    """JSON, or a text as it is; None: no body at all."""
    extra: tuple[tuple[str, str], ...] = ()
    """Headers beside those that every answer has."""
    loaded: Configuration | None = None
    """The configuration that the node serves from now on."""

    @property
    def body(self) -> bytes:
        """The document's bytes; not to be sent to HEAD."""
        if self.document is None:
            return b""
        if isinstance(self.document, str):
            return self.document.encode()
        return json.dumps(self.document, separators=(",", ":"), ensure_ascii=False).encode()

    def headers(self) -> Lines:
        """In Kong's order."""
        lines: Lines = []
        if self.document is not None:
            lines.append(("Content-Type", _TEXT if isinstance(self.document, str) else JSON))
        lines += [("Connection", "keep-alive"), *self.extra]
        if self.document is not None or self.status == 304:
            lines.append(("Content-Length", str(len(self.body))))
        return lines


BAD_REQUEST = Answer(400, {"message": "Bad request"})
"""To what is no request."""
NOT_FOUND = Answer(404, {"message": "Not found"})
NOT_ALLOWED = Answer(405, {"message": "Method not allowed"})
