"""A request on its way to an upstream, and the answer on its way back with Kong's headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.forwarding import forward
from atalaia.systems.kong.headers import PROXY_LATENCY, UPSTREAM_LATENCY
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import prefix, upstream_host, upstream_target
from sandbox.standins.http.message import Headers, Request, Response, now
from sandbox.standins.http.pool import IDEMPOTENT, Call, Pool
from sandbox.standins.http.server import Reply
from sandbox.standins.http.upstream import Timeouts, Trouble
from sandbox.standins.kong.balancer import NoPeer, Peer
from sandbox.standins.kong.node import Node

_REPLACED = frozenset({
    "host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "upgrade", "expect",
    "proxy", "proxy-connection", "proxy-authorization", "x-real-ip", "x-forwarded-for", "x-forwarded-proto",
    "x-forwarded-host", "x-forwarded-port", "x-forwarded-path", "x-forwarded-prefix",
})  # fmt: skip
"""Request headers that Kong drops or writes itself."""
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-authenticate"})


def connection_of(request: Request) -> str:
    """The Connection header of an answer to this request."""
    return "keep-alive" if request.keep_alive else "close"


class Passing:
    """One request on its way to an upstream, and its answer on the way back."""

    __slots__ = (
        "_began", "_call", "_chunked", "_ended", "_keep_alive", "_match", "_node", "_out", "_peer", "_peers",
        "_pool", "_reply", "_request", "_started", "_tries",
    )  # fmt: skip

    def __init__(
        self,
        node: Node,
        pool: Pool,
        match: Match,
        request: Request,
        reply: Reply,
        peers: Iterator[Peer],
        peer: Peer,
        started: float,
    ) -> None:
        self._node = node
        self._pool = pool
        self._match = match
        self._request = request
        self._reply = reply
        self._peers = peers
        self._peer = peer
        self._started = started
        self._began = perf_counter()
        service = match.service
        self._tries = service.retries if service else 0
        self._out: list[bytes] = []
        self._chunked = False
        self._ended = False
        self._keep_alive: bool | None = None
        """Set once the head of the answer is on its way."""
        self._call: Call | None = None
        reply.abandoned = self._abandoned

    def send(self) -> None:
        """Send the request to the current peer."""
        service = self._match.service
        assert service is not None
        timeouts = Timeouts(service.connect_timeout / 1000, service.read_timeout / 1000)
        method = self._request.method
        self._call = self._pool.call(self._peer.address, method, self._rewritten(), timeouts, self)

    # --- the answer, as sandbox.standins.http.upstream.Sink

    def head(self, status: int, phrase: str, headers: Headers) -> None:
        """The upstream's status and headers have come."""
        now_ = perf_counter()
        request = self._request
        self._keep_alive = request.keep_alive
        framing, rest, kind = None, [], None
        for name, value in headers:
            lower = name.lower()
            if lower == "content-length":
                framing = f"Content-Length: {value}"
            elif lower == "content-type" and kind is None:
                kind = value
            elif lower == "transfer-encoding":
                self._chunked = True
            elif lower not in _HOP_BY_HOP:
                rest.append(f"{name}: {value}")
        lines = [f"HTTP/1.1 {status} {phrase}"]
        if kind is not None:
            lines.append(f"Content-Type: {kind}")
        if status in (204, 304) or request.method == "HEAD":
            self._chunked = False
            lines += [framing] if framing else []
        elif self._chunked or framing is None:
            self._chunked = request.version == "1.1"
            if self._chunked:
                lines.append("Transfer-Encoding: chunked")
            else:
                self._keep_alive = False
        else:
            lines.append(framing)
        lines.append("Connection: keep-alive" if self._keep_alive else "Connection: close")
        lines += rest
        lines += self._latencies(now_)
        self._out.append(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        self._node.count(self._match, status, "service")
        if self._peer.target:
            self._peer.target.answered(status)

    def data(self, chunk: bytes) -> None:
        """A part of the body."""
        if self._chunked:
            self._out += (b"%x\r\n" % len(chunk), chunk, b"\r\n")
        else:
            self._out.append(chunk)

    def end(self) -> None:
        """The body is whole."""
        if self._chunked:
            self._out.append(b"0\r\n\r\n")
        self._ended = True

    def flush(self) -> None:
        """Hand over what has been collected in one write."""
        reply = self._reply
        if self._out:
            reply.write(b"".join(self._out))
            self._out.clear()
        if self._ended:
            reply.abandoned = self._call = None  # no cycles: nothing is left to the garbage collector
            reply.finish(bool(self._keep_alive))
        elif reply.congested and self._call:
            self._call.pause()
            reply.on_drained(self._call.resume)

    def failed(self, trouble: Trouble) -> None:
        """The upstream gave no whole answer: try another peer, or say so."""
        timed_out = trouble in (Trouble.READ_TIMEOUT, Trouble.CONNECT_TIMEOUT)
        if self._keep_alive is not None:  # the head is with the client: only a cut tells the truth
            self._reply.abandoned = None
            self._reply.abort()
            return
        if self._peer.target:
            self._peer.target.failed("timeouts" if timed_out else "tcp_failures")
        if self._tries > 0 and self._may_repeat(trouble):
            self._tries -= 1
            with suppress(NoPeer):
                self._peer = next(self._peers)
                self.send()
                return
        self._reply.abandoned = None
        self._reply.send(self._failure(504 if timed_out else 502))

    def _may_repeat(self, trouble: Trouble) -> bool:
        if trouble in (Trouble.REFUSED, Trouble.CONNECT_TIMEOUT):
            return True
        return trouble is not Trouble.INVALID and self._request.method in IDEMPOTENT

    def _failure(self, status: int) -> Response:
        request = self._request
        content_type, body = errors.nginx_body(
            status, request.header("accept"), request.header("content-type")
        )
        headers: Headers = [
            ("Date", now()),
            ("Content-Type", content_type),
            ("Connection", connection_of(request)),
            ("Content-Length", str(len(body))),
            *(
                (name, value)
                for name, _, value in (line.partition(": ") for line in self._latencies(perf_counter()))
            ),
        ]
        self._node.count(self._match, status, "kong")
        return Response(status, headers, body, phrase=errors.PHRASES.get(status))

    def _latencies(self, at: float) -> tuple[str, str, str]:
        """Kong's marks of a proxied answer."""
        waited = round((at - self._began) * 1000)
        own = round((self._began - self._started) * 1000)
        return f"{UPSTREAM_LATENCY}: {waited}", f"{PROXY_LATENCY}: {own}", f"Via: {self._node.server}"

    def _abandoned(self) -> None:
        if self._call:
            self._call.cancel()

    def _rewritten(self) -> bytes:
        """The request as the upstream sees it."""
        request, match, node = self._request, self._match, self._node
        service = match.service
        assert service is not None
        by_name = request.by_name
        host = (by_name.get("host") or ("",))[0]
        peer = self._peer
        told = forward(
            request.client[0], by_name, request.target, port=request.local[1], prefix=prefix(match),
            trusted=node.trusted, recursive=node.recursive,
        )  # fmt: skip
        lines = [
            f"{request.method} {upstream_target(match, request.target)} HTTP/1.1",
            f"Host: {upstream_host(match.route, service, host, peer.hostname, peer.address[1])}",
            "Connection: keep-alive",
        ]
        lines += [f"{name}: {value}" for name, value in told.headers()]
        if request.body or "content-length" in by_name or "transfer-encoding" in by_name:
            lines.append(f"Content-Length: {len(request.body)}")
        dropped = _REPLACED
        if "connection" in by_name:
            listed = {name.strip().lower() for value in by_name["connection"] for name in value.split(",")}
            dropped = _REPLACED | listed
        lines += [f"{name}: {value}" for name, value in request.headers if name.lower() not in dropped]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        return head + bytes(request.body) if request.body else head
