"""The Status API of a node."""

from __future__ import annotations

from time import perf_counter

from sandbox.standins.http.message import Request, Response
from sandbox.standins.http.server import Reply
from sandbox.standins.kong import documents
from sandbox.standins.kong.answers import NOT_ALLOWED, NOT_FOUND, Answer, Listeners, respond
from sandbox.standins.kong.node import Node


class Status:
    """The handler of the Status listener."""

    def __init__(self, node: Node, listeners: Listeners) -> None:
        self.node = node
        self._listeners = listeners

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        started = perf_counter()
        self.node.requests += 1
        status, document = self._answer(request)
        cors = [("Access-Control-Allow-Origin", request.header("origin") or "*")]
        reply.send(respond(self.node, status, document, cors, started))

    def refuse(self, status: int) -> Response:
        """The answer to what is no request."""
        return respond(self.node, 400, {"message": "Bad request"}, [], perf_counter())

    def _answer(self, request: Request) -> Answer:
        path = request.path.rstrip("/")
        if path not in ("/status", "/status/ready", "/metrics"):
            return NOT_FOUND
        if request.method not in ("GET", "HEAD"):
            return NOT_ALLOWED
        if path == "/status":
            return 200, documents.status(self.node, self._listeners())
        if path == "/metrics":
            return 200, documents.metrics(self.node, self._listeners())
        if self.node.configuration.empty:
            return 503, {"message": "no configuration available (empty configuration present)"}
        if not self.node.ready:
            return 503, {"message": "router builds not yet complete, router ready on 0 of 1 workers"}
        if not self.node.behaviour.workers_ready:
            return 503, {"message": "not ready"}
        return 200, {"message": "ready"}
