"""Asking a data source over HTTP, as Grafana's server does it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.standins.grafana.provisioning import DataSource
from sandbox.standins.http.message import Headers
from sandbox.standins.http.pool import Pool
from sandbox.standins.http.upstream import Timeouts, Trouble

_TIMEOUTS = Timeouts(connect=2.0, read=30.0)
"""Grafana's dataproxy.timeout is 30 s; a sandbox is on loopback, and connects at once or never."""


class Unreachable(Exception):
    """The data source gave no answer; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What a data source answered."""

    status: int
    headers: Headers
    body: bytes

    @property
    def content_type(self) -> str:
        """Its Content-Type, or what Go's server would guess for JSON."""
        found = (value for name, value in self.headers if name.lower() == "content-type")
        return next(found, "application/json")


class Sources:
    """Connections to data sources."""

    def __init__(self, version: str) -> None:
        self._pool = Pool()
        self._agent = f"Grafana/{version}"

    async def ask(
        self, source: DataSource, method: str, target: str, body: bytes = b"", content_type: str = ""
    ) -> Answer:
        """Ask for a target below the data source's URL. Raises Unreachable."""
        url = urlsplit(source.url)
        try:
            address = (url.hostname or "", url.port or 80)
        except ValueError:
            raise Unreachable(f"invalid URL {source.url!r}") from None
        if url.scheme != "http" or not url.hostname:
            raise Unreachable(f"unsupported URL {source.url!r}")
        lines = [
            f"{method} {url.path.rstrip('/')}/{target.lstrip('/')} HTTP/1.1",
            f"Host: {url.netloc}",
            f"User-Agent: {self._agent}",
        ]
        if body:
            lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        collected = _Collected()
        call = self._pool.call(address, method, request, _TIMEOUTS, collected)
        try:
            return await collected.answer
        except asyncio.CancelledError:
            call.cancel()
            raise

    def close(self) -> None:
        """Cut the connections."""
        self._pool.close()


class _Collected:
    """Collects an answer; a `Sink`."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._body = bytearray()

    def head(self, status: int, phrase: str, headers: Headers) -> None:
        self._status, self._headers = status, headers

    def data(self, chunk: bytes) -> None:
        self._body += chunk

    def end(self) -> None:
        if not self.answer.done():
            self.answer.set_result(Answer(self._status, self._headers, bytes(self._body)))

    def flush(self) -> None:
        """Nothing is handed on before it is whole."""

    def failed(self, trouble: Trouble) -> None:
        if not self.answer.done():
            self.answer.set_exception(Unreachable(f"connection {trouble.value}"))
