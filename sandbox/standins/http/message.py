"""Requests and answers as the stand-ins see them: headers in wire order, case and duplicates kept."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from http import HTTPStatus

Headers = list[tuple[str, str]]
"""Names and values, as sent."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_BODILESS = frozenset({204, 304})


class Request:
    """One request, whole: the body has been read."""

    __slots__ = ("_lower", "body", "client", "headers", "keep_alive", "local", "method", "target", "version")

    def __init__(self, method: str, target: str, client: tuple[str, int], local: tuple[str, int]) -> None:
        self.method = method
        self.target = target
        """Path and query exactly as sent."""
        self.headers: Headers = []
        self.body: bytes | bytearray = b""
        self.version = "1.1"
        self.keep_alive = True
        self.client = client
        self.local = local
        self._lower: dict[str, list[str]] | None = None

    @property
    def path(self) -> str:
        """The target up to its `?`."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the first `?` of the target."""
        return self.target.partition("?")[2]

    @property
    def by_name(self) -> dict[str, list[str]]:
        """Header values by lower-case name, in wire order; built once, after the headers are whole."""
        if self._lower is None:
            lower: dict[str, list[str]] = {}
            for name, value in self.headers:
                lower.setdefault(name.lower(), []).append(value)
            self._lower = lower
        return self._lower

    def header(self, name: str) -> str | None:
        """The first value of a header by its lower-case name."""
        values = self.by_name.get(name)
        return values[0] if values else None


class Response:
    """A whole answer. `Date`, `Content-Length` and `Connection` are added where they are missing."""

    __slots__ = ("body", "close", "headers", "phrase", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        body: bytes = b"",
        *,
        phrase: str | None = None,
        close: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.phrase = phrase
        self.close = close
        """Close the connection afterwards."""


_NAMES: dict[bytes, str] = {}
_NAMES_REMEMBERED = 2048


def name_of(raw: bytes) -> str:
    """A header's name; one that was seen before is the very same text, which is looked up faster."""
    name = _NAMES.get(raw)
    if name is None:
        name = raw.decode("latin-1")
        if len(raw) <= 64 and len(_NAMES) < _NAMES_REMEMBERED:
            _NAMES[raw] = name
    return name


def json_response(status: int, document: object, headers: Headers | None = None) -> Response:
    """An answer with a JSON body, in the compact form of Express."""
    body = _ENCODER.encode(document).encode()
    return Response(status, [*(headers or ()), ("Content-Type", "application/json; charset=utf-8")], body)


def phrase_of(status: int) -> str:
    """The usual reason phrase; empty for a status that has none."""
    return _PHRASES.get(status, "")


def render(response: Response, method: str, version: str, keep_alive: bool) -> bytes:
    """The bytes of an answer to a request of this method and HTTP version."""
    status = response.status
    seen = {name.lower() for name, _ in response.headers}
    phrase = _PHRASES.get(status, "") if response.phrase is None else response.phrase
    lines = [f"HTTP/1.1 {status} {phrase}"]
    if "date" not in seen:
        lines.append(f"Date: {now()}")
    lines += [f"{name}: {value}" for name, value in response.headers]
    if "content-length" not in seen and status not in _BODILESS:
        lines.append(f"Content-Length: {len(response.body)}")
    if "connection" not in seen:
        lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if method == "HEAD" or status in _BODILESS else head + response.body


class _Clock:
    second = 0
    text = ""


def now() -> str:
    """The time as the Date header writes it, formatted once a second."""
    second = int(time.time())
    if second != _Clock.second:
        _Clock.second, _Clock.text = second, formatdate(second, usegmt=True)
    return _Clock.text
