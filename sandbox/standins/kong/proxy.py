"""The proxy listener: routes a request, passes it on, streams the answer back with Kong's headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.forwarding import forward
from atalaia.systems.kong.headers import PROXY_LATENCY, RESPONSE_LATENCY, UPSTREAM_LATENCY
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import prefix, upstream_host, upstream_target
from sandbox.standins.http.message import Headers, Request, Response, now, phrase_of
from sandbox.standins.http.server import Reply
from sandbox.standins.http.upstream import IDEMPOTENT, Call, Pool, Timeouts, Trouble
from sandbox.standins.kong.balancer import NoPeer, Peer
from sandbox.standins.kong.node import Node

_REPLACED = frozenset({
    "host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "upgrade", "expect",
    "proxy", "proxy-connection", "proxy-authorization", "x-real-ip", "x-forwarded-for", "x-forwarded-proto",
    "x-forwarded-host", "x-forwarded-port", "x-forwarded-path", "x-forwarded-prefix",
})  # fmt: skip
"""Request headers that Kong drops or writes itself."""
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-authenticate"})
_MOVED = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n"
    "<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Proxy:
    """The handler of the proxy listener."""

    def __init__(self, node: Node, pool: Pool) -> None:
        self.node = node
        self.pool = pool

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer a client's request."""
        started = perf_counter()
        node = self.node
        node.requests += 1
        headers = request.by_name
        host = headers.get("host")
        if host is None and request.version == "1.1":
            reply.send(self._by_nginx(400, request, started, close=True))
            return
        if request.method in ("TRACE", "CONNECT"):
            reply.send(self._by_nginx(405, request, started))
            return
        match = node.router.match(request.method, request.target, host[0] if host else "", headers)
        if match is None:
            reply.send(self._own(404, errors.NO_ROUTE, request, started))
        elif not self._https_only(match, request, reply, started):
            self._pass_on(match, request, reply, started)

    def refuse(self, status: int) -> Response:
        """nginx' answer to what is no request."""
        self.node.requests += 1
        content_type, body = errors.nginx_body(400 if status == 431 else status, None, None)
        headers = [("Content-Type", content_type), *self._marks(0.0)]
        return Response(status, headers, body, phrase=errors.PHRASES.get(status), close=True)

    def _pass_on(self, match: Match, request: Request, reply: Reply, started: float) -> None:
        if match.service is None:
            reply.send(self._own(503, errors.NO_SERVICE, request, started))
            return
        peers = self.node.balancer.peers(match.service)
        try:
            peer = next(peers)
        except NoPeer as reason:
            reply.send(self._own(503, str(reason), request, started, match))
            return
        Passing(self, match, request, reply, peers, peer, started).send()

    def _https_only(self, match: Match, request: Request, reply: Reply, started: float) -> bool:
        """Answer 426 or a redirect where the route takes HTTPS only and the client did not use it."""
        route = match.route
        if "http" in route.protocols or "https" not in route.protocols:
            return False
        seen = forward(
            request.client[0], request.by_name, request.target,
            port=request.local[1], prefix=None, trusted=self.node.trusted,
        )  # fmt: skip
        if seen.proto == "https":
            return False
        status = route.https_redirect_status_code
        if status == 426:
            extra = [("Connection", "Upgrade"), ("Upgrade", "TLS/1.2, HTTP/1.1")]
            reply.send(self._own(426, errors.HTTPS_ONLY, request, started, match, extra=extra))
            return True
        phrase = "Moved Temporarily" if status == 302 else phrase_of(status)
        body = _MOVED.format(f"{status} {phrase}").encode()
        headers = [
            ("Content-Type", "text/html"),
            ("Content-Length", str(len(body))),
            ("Connection", _connection(request)),
            ("Location", f"https://{seen.host}{request.target}"),
            *self._marks(perf_counter() - started),
        ]
        self.count(match, status, "kong")
        reply.send(Response(status, headers, body, phrase=phrase))
        return True

    def _own(
        self,
        status: int,
        message: str,
        request: Request,
        started: float,
        match: Match | None = None,
        *,
        extra: Headers | None = None,
    ) -> Response:
        """An answer of Kong's own code."""
        content_type, body = errors.body(message, request.header("accept"))
        headers = [
            ("Content-Type", content_type),
            ("Connection", _connection(request)),
            *(extra or ()),
            ("Content-Length", str(len(body))),
            *self._marks(perf_counter() - started),
        ]
        self.count(match, status, "kong")
        return Response(status, headers, body, phrase=errors.PHRASES.get(status))

    def _by_nginx(self, status: int, request: Request, started: float, *, close: bool = False) -> Response:
        """An answer that nginx gives before Kong's code sees the request."""
        content_type, body = errors.nginx_body(
            status, request.header("accept"), request.header("content-type")
        )
        headers = [
            ("Content-Type", content_type),
            ("Connection", "close" if close else _connection(request)),
            ("Content-Length", str(len(body))),
            *self._marks(perf_counter() - started),
        ]
        return Response(status, headers, body, phrase=errors.PHRASES.get(status), close=close)

    def _marks(self, seconds: float) -> Headers:
        return [(RESPONSE_LATENCY, str(round(seconds * 1000))), ("Server", self.node.server)]

    def count(self, match: Match | None, status: int, source: str) -> None:
        """Count an answer for /metrics, where the configuration asks for it."""
        if self.node.counts_codes and match is not None and match.service is not None:
            self.node.codes[match.service.name, match.route.name, status, source] += 1


def _connection(request: Request) -> str:
    return "keep-alive" if request.keep_alive else "close"


class Passing:
    """One request on its way to an upstream, and its answer on the way back."""

    __slots__ = (
        "_began", "_call", "_chunked", "_ended", "_keep_alive", "_match", "_out", "_peer", "_peers", "_proxy",
        "_reply", "_request", "_started", "_tries",
    )  # fmt: skip

    def __init__(
        self,
        proxy: Proxy,
        match: Match,
        request: Request,
        reply: Reply,
        peers: Iterator[Peer],
        peer: Peer,
        started: float,
    ) -> None:
        self._proxy = proxy
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
        self._call = self._proxy.pool.call(self._peer.address, method, self._rewritten(), timeouts, self)

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
        self._proxy.count(self._match, status, "service")
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
            reply.abandoned = None
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
            ("Connection", _connection(request)),
            ("Content-Length", str(len(body))),
            *(
                (name, value)
                for name, _, value in (line.partition(": ") for line in self._latencies(perf_counter()))
            ),
        ]
        self._proxy.count(self._match, status, "kong")
        return Response(status, headers, body, phrase=errors.PHRASES.get(status))

    def _latencies(self, at: float) -> tuple[str, str, str]:
        """Kong's marks of a proxied answer."""
        waited = round((at - self._began) * 1000)
        own = round((self._began - self._started) * 1000)
        return f"{UPSTREAM_LATENCY}: {waited}", f"{PROXY_LATENCY}: {own}", f"Via: {self._proxy.node.server}"

    def _abandoned(self) -> None:
        if self._call:
            self._call.cancel()

    def _rewritten(self) -> bytes:
        """The request as the upstream sees it."""
        request, match, node = self._request, self._match, self._proxy.node
        service = match.service
        assert service is not None
        by_name = request.by_name
        host = (by_name.get("host") or ("",))[0]
        peer = self._peer
        told = forward(
            request.client[0], by_name, request.target, port=request.local[1], prefix=prefix(match),
            trusted=node.trusted, recursive=node.config.real_ip_recursive,
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
