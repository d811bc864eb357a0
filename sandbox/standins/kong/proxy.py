"""The proxy listener: finds a request's route, and lets the plugins and the upstream do the rest."""

from __future__ import annotations

from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.forwarding import client_address, forward
from atalaia.systems.kong.headers import REQUEST_ID, RESPONSE_LATENCY
from atalaia.systems.kong.plugins import Answer
from atalaia.systems.kong.routing import Match
from sandbox.standins.http.message import Request, Response, phrase_of
from sandbox.standins.http.pool import Pool
from sandbox.standins.http.server import Reply
from sandbox.standins.kong.behaviour import HEALTHY
from sandbox.standins.kong.handling import Handling
from sandbox.standins.kong.misbehaving import Misbehaving
from sandbox.standins.kong.node import Node
from sandbox.standins.kong.passing import Passing

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
            self._without_route(request, reply, started).by_nginx(400, close=True)
            return
        if request.method in ("TRACE", "CONNECT"):
            self._without_route(request, reply, started).by_nginx(405)
            return
        match = node.router.match(request.method, request.target, host[0] if host else "", headers)
        if match is None:
            self._without_route(request, reply, started).refuse(404, errors.NO_ROUTE)
        elif not self._https_only(match, request, reply, started):
            client = client_address(
                request.client[0],
                headers.get("x-forwarded-for", ()),
                node.trusted,
                recursive=node.recursive,
            )
            turn = node.chains.begin(
                match, request, client=client, now=node.clock(), tracker=node.tracker(request)
            )
            kind = Passing if node.behaviour is HEALTHY else Misbehaving
            kind(node, self.pool, turn, request, reply, started).run()

    def refuse(self, status: int) -> Response:
        """nginx' answer to what is no request."""
        self.node.requests += 1
        request_id = self.node.worker.request_id()
        content_type, body = errors.nginx_body(400 if status == 431 else status, None, None, request_id)
        headers = [("Content-Type", content_type), (RESPONSE_LATENCY, "0"), ("Server", self.node.server)]
        if request_id is not None:
            headers.append((REQUEST_ID, request_id))
        return Response(status, headers, body, phrase=errors.PHRASES.get(status), close=True)

    def _without_route(self, request: Request, reply: Reply, started: float) -> Handling:
        """Of the plugins only the global ones see such a request, and only its answer."""
        node = self.node
        turn = node.chains.begin(None, request, client=request.client[0], now=node.clock())
        return Handling(node, turn, request, reply, started)

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
        # Kong turns it away before any plugin has looked at it.
        handling = self._without_route(request, reply, started)
        handling.turn.match = match
        status = route.https_redirect_status_code
        if status == 426:
            handling.refuse(
                426, errors.HTTPS_ONLY, ("Connection", "Upgrade"), ("Upgrade", "TLS/1.2, HTTP/1.1")
            )
            return True
        phrase = errors.PHRASES.get(status) or phrase_of(status)
        body = _MOVED.format(f"{status} {phrase}").encode()
        location = ("Location", f"https://{seen.host}{request.target}")
        handling.answer(Answer(status, "text/html", body, (location,)))
        return True
