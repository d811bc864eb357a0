"""What goes on the wire: a request as it is sent, and the one that a redirect asks for."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from atalaia import __version__
from atalaia.environment.url import Url, parse_url
from atalaia.exchange.bearer import mint
from atalaia.exchange.network import Network, ascii_host
from atalaia.exchange.request import Request

if TYPE_CHECKING:
    import httpcore

    from atalaia.exchange.stopwatch import Stopwatch

Headers = tuple[tuple[str, str], ...]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_FOR_ONE_ORIGIN = {"authorization", "cookie", "host"}


@dataclass(frozen=True)
class Step:
    """One request of an exchange; a followed redirect is another one."""

    method: str
    url: Url
    """The server."""
    target: str
    """Path and query."""
    headers: Headers
    body: bytes | None = None

    @classmethod
    def first(cls, request: Request, network: Network, *, keeps: bool = False) -> Step:
        """The request itself, with our headers before the caller's, who may replace them."""
        ours = [
            ("Host", request.url.authority),
            ("User-Agent", f"atalaia/{__version__}" + (f" (run {network.run})" if network.run else "")),
            ("X-Request-ID", str(uuid.uuid4())),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "keep-alive" if keeps else "close"),
        ]
        if request.username is not None:
            pair = base64.b64encode(f"{request.username}:{request.password or ''}".encode()).decode()
            ours.append(("Authorization", f"Basic {pair}"))
        if request.bearer is not None:
            ours.append(("Authorization", f"Bearer {mint(request.bearer)}"))
        replaced = {name.lower() for name in (*(name for name, _ in request.headers), *request.without)}
        kept = [(name, value) for name, value in ours if name.lower() not in replaced]
        headers = (*kept, *request.headers)
        return cls(request.method, request.url, _sendable(request.target), headers, request.body)

    def __str__(self) -> str:
        return self.url.origin + self.target

    def header(self, name: str) -> str:
        """The first value of a header that is sent; empty where it is not."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def http(self, host: str, connect_seconds: float, stopwatch: Stopwatch) -> httpcore.Request:
        """The request for a connection to `host`, an address or a name, verified for the server's name."""
        import httpcore  # it takes a while to load, and only `Client` sends through it

        headers = [(name.encode(), self._wire(name, value)) for name, value in self.headers]
        return httpcore.Request(
            self.method,
            httpcore.URL(
                scheme=self.url.scheme, host=ascii_host(host), port=self.url.told_port, target=self.target
            ),
            headers=[*headers, *self._length()],
            content=self.body,
            extensions={
                "timeout": {"connect": connect_seconds},
                "trace": stopwatch,
                "sni_hostname": ascii_host(self.url.host),
            },
        )

    def redirected(self, status: int, location: str | None) -> Step | None:
        """The request that an answer sends us on to; None where it does not.

        Raises ValueError where it sends us to what is no http or https address.
        """
        if status not in _REDIRECTS or location is None:
            return None
        parts = urlsplit(urljoin(str(self), location))
        url = parse_url(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", frozenset({"http", "https"}))
        target = _sendable((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        post_becomes_get = status in {301, 302} and self.method == "POST"
        method = "GET" if post_becomes_get or (status == 303 and self.method != "HEAD") else self.method
        body = self.body if method == self.method else None
        return replace(self, method=method, url=url, target=target, headers=self._headers_for(url), body=body)

    def _headers_for(self, url: Url) -> Headers:
        """Without what was meant for this server alone, where the other one is another."""
        if url.origin == self.url.origin:
            return self.headers
        kept = [(name, value) for name, value in self.headers if name.lower() not in _FOR_ONE_ORIGIN]
        return (("Host", url.authority), *kept)

    def _length(self) -> list[tuple[bytes, bytes]]:
        """Content-Length, where there is a body or the method wants one (RFC 9110, 8.6); not a second one."""
        given = any(name.lower() in {"content-length", "transfer-encoding"} for name, _ in self.headers)
        if given or not (self.body or self.method in {"POST", "PUT", "PATCH"}):
            return []
        return [(b"Content-Length", str(len(self.body or b"")).encode())]

    def _wire(self, name: str, value: str) -> bytes:
        if name == "Host" and value == self.url.authority:
            return value.replace(self.url.host, ascii_host(self.url.host)).encode()
        return value.encode()


def _sendable(target: str) -> str:
    """A target with only what cannot stand in a request line escaped."""
    return quote(target, safe=_PRINTABLE)
