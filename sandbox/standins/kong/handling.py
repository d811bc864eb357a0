"""One request of a client, from its route to the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.headers import PROXY_LATENCY, REQUEST_ID, RESPONSE_LATENCY, UPSTREAM_LATENCY
from atalaia.systems.kong.plugins import Answer, Counting, Turn
from atalaia.systems.kong.plugins.metrics import Logged
from sandbox.standins.http.message import Headers, Request, Response
from sandbox.standins.http.server import Reply
from sandbox.standins.kong.node import Node


def connection_of(request: Request) -> str:
    """The Connection header of an answer to this request."""
    return "keep-alive" if request.keep_alive else "close"


class Handling:
    """A request, and Kong's own answers to it."""

    __slots__ = ("node", "reply", "request", "started", "turn")

    def __init__(self, node: Node, turn: Turn, request: Request, reply: Reply, started: float) -> None:
        self.node = node
        self.turn = turn
        self.request = request
        self.reply = reply
        self.started = started
        """On perf_counter's clock."""

    def refuse(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        """Answer with a message of Kong's code, in the format that the client accepts."""
        content_type, body = errors.body(message, self.request.header("accept"), self.turn.request_id)
        self.answer(Answer(status, content_type, body, headers))

    def by_nginx(self, status: int, *, waited: int | None = None, own: int = 0, close: bool = False) -> None:
        """Answer what nginx gives up on; `waited` milliseconds, where it was for an upstream."""
        request = self.request
        content_type, body = errors.nginx_body(
            status, request.header("accept"), request.header("content-type"), self.turn.request_id
        )
        self.answer(Answer(status, content_type, body), waited=waited, own=own, close=close)

    def answer(self, answer: Answer, *, waited: int | None = None, own: int = 0, close: bool = False) -> None:
        """Send an answer that no upstream gave."""
        node, request, reply = self.node, self.request, self.reply
        headers: Headers = [] if answer.content_type is None else [("Content-Type", answer.content_type)]
        headers.append(("Connection", "close" if close else connection_of(request)))
        headers += answer.headers
        headers.append(("Content-Length", str(len(answer.body))))
        filtered = self.turn.finish(answer.status, headers)
        if filtered is None:  # Kong's own code fails while it answers
            reply.abort()
            return
        took = milliseconds(perf_counter() - self.started)
        if waited is None:
            marks = [(RESPONSE_LATENCY, str(took)), ("Server", node.server)]
        else:
            marks = [
                (UPSTREAM_LATENCY, str(waited)),
                (PROXY_LATENCY, str(own)),
                ("Via", node.server),
            ]
        if (request_id := self.turn.request_id) is not None:
            marks.append((REQUEST_ID, request_id))
        phrase = errors.PHRASES.get(answer.status)
        headers = [*self.amended(answer.status, filtered), *marks]
        response = Response(answer.status, headers, answer.body, phrase=phrase, close=close)
        sent = reply.send(response)
        self.log(answer.status, "kong", sent, kong=took if waited is None else own, upstream=waited)

    def amended(self, status: int, headers: Headers) -> Headers:
        """The headers of an answer on their last way; a fault may change them."""
        dropped, of = self.node.behaviour.dropped.lower(), self.node.behaviour.dropped_status
        if not dropped or of not in (None, status):
            return headers
        return [line for line in headers if line[0].lower() != dropped]

    def log(self, status: int, source: str, sent: int, *, kong: int, upstream: int | None) -> None:
        """Count the answer for /metrics, where the route's prometheus plugin asks for it."""
        counted = self.node.counted(self.turn.match)
        if counted is None or not self.node.behaviour.counts:
            return
        service, route, settings = counted
        consumer = self.turn.consumer
        logged = Logged(
            status,
            source,
            (consumer.username or "") if consumer is not None else "",
            _size(self.request) if settings.bandwidth else 0,
            sent,
            kong,
            upstream,
            milliseconds(perf_counter() - self.started),
        )
        self.node.metrics.log(service, route, settings, logged)


class Routed(Handling, ABC):
    """A request that has a route: its plugins look at it. Subclasses say what comes after them."""

    __slots__ = ()

    def run(self) -> None:
        """Let the plugins look at it."""
        self._go_on(self.turn.access())

    def _go_on(self, outcome: Answer | Counting | None) -> None:
        if isinstance(outcome, Counting):
            self.node.stores.count(outcome.store, outcome.increments, self._counted)
            return
        turn = self.turn
        if turn.deferred:
            self.node.settle_soon(turn)
        self.decided(outcome)

    def _counted(self, counts: Sequence[int] | None) -> None:
        if not self.reply.done:  # else the client has gone
            self._go_on(self.turn.resume(counts))

    def decided(self, answer: Answer | None) -> None:
        """The plugins are through: answer, or (None) pass the request on."""
        if answer is None:
            self.pass_on()
        else:
            self.answer(answer)

    @abstractmethod
    def pass_on(self) -> None:
        """Go to the upstream."""


def milliseconds(seconds: float) -> int:
    """As Kong tells them: whole."""
    return int(seconds * 1000 + 0.5)


def _size(request: Request) -> int:
    """The bytes of a request on the wire (a chunked body without its framing)."""
    line = len(request.method) + len(request.target) + len(" HTTP/1.1\r\n") + 1
    headers = sum([len(name) + len(value) + 4 for name, value in request.headers])
    return line + headers + 2 + len(request.body)
