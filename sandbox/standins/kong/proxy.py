"""The proxy listener: routes a request, passes it on, streams the answer back with Kong's headers."""

from __future__ import annotations

from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.forwarding import forward
from atalaia.systems.kong.headers import RESPONSE_LATENCY
from atalaia.systems.kong.routing import Match
from sandbox.standins.http.message import Headers, Request, Response, phrase_of
from sandbox.standins.http.pool import Pool
from sandbox.standins.http.server import Reply
from sandbox.standins.kong.balancer import NoPeer
from sandbox.standins.kong.node import Node
from sandbox.standins.kong.passing import Passing, connection_of

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
        Passing(self.node, self.pool, match, request, reply, peers, peer, started).send()

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
            ("Connection", connection_of(request)),
            ("Location", f"https://{seen.host}{request.target}"),
            *self._marks(perf_counter() - started),
        ]
        self.node.count(match, status, "kong")
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
            ("Connection", connection_of(request)),
            *(extra or ()),
            ("Content-Length", str(len(body))),
            *self._marks(perf_counter() - started),
        ]
        self.node.count(match, status, "kong")
        return Response(status, headers, body, phrase=errors.PHRASES.get(status))

    def _by_nginx(self, status: int, request: Request, started: float, *, close: bool = False) -> Response:
        """An answer that nginx gives before Kong's code sees the request."""
        content_type, body = errors.nginx_body(
            status, request.header("accept"), request.header("content-type")
        )
        headers = [
            ("Content-Type", content_type),
            ("Connection", "close" if close else connection_of(request)),
            ("Content-Length", str(len(body))),
            *self._marks(perf_counter() - started),
        ]
        return Response(status, headers, body, phrase=errors.PHRASES.get(status), close=close)

    def _marks(self, seconds: float) -> Headers:
        return [(RESPONSE_LATENCY, str(round(seconds * 1000))), ("Server", self.node.server)]
