"""The Admin and the Status listener: the model answers, this serves it."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.admin import api
from atalaia.systems.kong.admin.answers import BAD_REQUEST, Answer, Asked
from atalaia.systems.kong.admin.facts import Facts
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.headers import ADMIN_LATENCY
from sandbox.standins.http.message import Request, Response
from sandbox.standins.http.server import Reply, Server
from sandbox.standins.kong.facts import facts, with_health
from sandbox.standins.kong.node import Node


class _Api:
    """The handler of a listener that tells of the node."""

    answer: Callable[[Asked, Configuration, Facts], Answer]

    def __init__(self, node: Node, listeners: Callable[[], tuple[Server, ...]]) -> None:
        self.node = node
        self._listeners = listeners

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        started = perf_counter()
        node = self.node
        node.requests += 1
        asked = Asked(
            request.method,
            request.target,
            request.header("origin"),
            request.header("content-type"),
            bytes(request.body),
        )
        known = facts(node, self._listeners())
        if node.behaviour.metrics_health and request.path == "/metrics":
            known = with_health(known, node.behaviour.metrics_health)
        answer = type(self).answer(asked, node.configuration, known)
        if answer.loaded is not None:
            node.serve(answer.loaded)
        reply.send(self._response(answer, started))

    def refuse(self, status: int) -> Response:
        """The answer to what is no request."""
        return self._response(BAD_REQUEST, perf_counter())

    def _response(self, answer: Answer, started: float) -> Response:
        took = str(round((perf_counter() - started) * 1000))
        headers = [*answer.headers(), (ADMIN_LATENCY, took), ("Server", self.node.server)]
        return Response(answer.status, headers, answer.body, phrase=errors.PHRASES.get(answer.status))


class Admin(_Api):
    """The Admin API."""

    answer = staticmethod(api.admin)


class Status(_Api):
    """The Status API."""

    answer = staticmethod(api.status)
