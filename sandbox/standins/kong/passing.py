"""A request on its way to an upstream, and the answer on its way back with Kong's headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter

from atalaia.systems.kong import errors
from atalaia.systems.kong.headers import PROXY_LATENCY, REQUEST_ID, UPSTREAM_LATENCY
from atalaia.systems.kong.plugins import Turn
from sandbox.standins.http.message import Headers, Request
from sandbox.standins.http.pool import IDEMPOTENT, Call, Pool
from sandbox.standins.http.server import Reply
from sandbox.standins.http.upstream import Timeouts, Trouble
from sandbox.standins.kong.balancer import NoPeer, Peer
from sandbox.standins.kong.handling import Routed, milliseconds
from sandbox.standins.kong.node import Node
from sandbox.standins.kong.rewriting import upstream_request

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "upgrade", "proxy-authenticate"})
_TREATED: dict[str, str] = {}
"""Names of headers, as they were written, and what is done with them: kept, dropped, length or chunked."""


def _treatment(name: str) -> str:
    lower = name.lower()
    found = {"content-length": "length", "transfer-encoding": "chunked"}.get(lower)
    if found is None:
        found = "dropped" if lower in _HOP_BY_HOP else "kept"
    if len(_TREATED) < 1024:
        _TREATED[name] = found
    return found


class Passing(Routed):
    """A request that goes on to an upstream once the plugins have let it; the sink of the answer."""

    __slots__ = (
        "_began", "_call", "_chunked", "_ended", "_keep_alive", "_out", "_own", "_peer", "_peers", "_pool",
        "_sent", "_status", "_tries", "_waited",
    )  # fmt: skip

    def __init__(
        self, node: Node, pool: Pool, turn: Turn, request: Request, reply: Reply, started: float
    ) -> None:
        super().__init__(node, turn, request, reply, started)
        self._pool = pool
        self._began = started
        self._waited = self._own = 0
        """Milliseconds that the upstream took; that Kong took before it was asked."""
        self._out: list[bytes] = []
        self._sent = 0
        self._status = 0
        self._chunked = False
        self._ended = False
        self._keep_alive: bool | None = None
        """Set once the head of the answer is on its way."""
        self._call: Call | None = None
        self._peers: Iterator[Peer]
        self._peer: Peer

    def pass_on(self) -> None:
        match = self.turn.match
        assert match is not None
        service = match.service
        if service is None:
            self.refuse(503, errors.NO_SERVICE)
            return
        self._peers = self.node.balancer.peers(service)
        try:
            self._peer = next(self._peers)
        except NoPeer as reason:
            self.refuse(503, str(reason))
            return
        self._tries = service.retries
        self._began = perf_counter()
        self._own = milliseconds(self._began - self.started)
        self.reply.abandoned = self._abandoned
        self._send()

    def _send(self) -> None:
        """Send the request to the current peer."""
        match = self.turn.match
        assert match is not None
        service = match.service
        assert service is not None
        timeouts = Timeouts(service.connect_timeout / 1000, service.read_timeout / 1000)
        data = upstream_request(self.node, self.turn, self.request, self.upstream_headers(), self._peer)
        self._call = self._pool.call(self._peer.address, self.turn.method, data, timeouts, self)

    def upstream_headers(self) -> Headers:
        """The client's headers, for the upstream."""
        return self.turn.headers

    # --- the answer, as sandbox.standins.http.upstream.Sink

    def head(self, status: int, phrase: str, headers: Headers) -> None:
        """The upstream's status and headers have come."""
        self._waited = milliseconds(perf_counter() - self._began)
        self._status = status
        if target := self._peer.target:
            target.answered(status, target.checks.passive)
        request = self.request
        framing, rest = None, []
        for line in headers:
            treatment = _TREATED.get(line[0])
            if treatment is None:
                treatment = _treatment(line[0])
            if treatment == "kept":
                rest.append(line)
            elif treatment == "length":
                framing = f"Content-Length: {line[1]}"
            elif treatment == "chunked":
                self._chunked = True
        filtered = self.turn.finish(status, rest)
        if filtered is None:  # Kong's own code fails: it answers nothing
            self._cut()
            return
        self._keep_alive = request.keep_alive
        lines = [f"HTTP/1.1 {status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in self.amended(status, filtered)]
        if status in (204, 304) or request.method == "HEAD":
            self._chunked = False
            if framing is not None:
                lines.append(framing)
        elif self._chunked or framing is None:
            self._chunked = request.version == "1.1"
            if self._chunked:
                lines.append("Transfer-Encoding: chunked")
            else:
                self._keep_alive = False
        else:
            lines.append(framing)
        lines.append("Connection: keep-alive" if self._keep_alive else "Connection: close")
        if (request_id := self.turn.request_id) is not None:
            lines.append(f"{REQUEST_ID}: {request_id}")
        lines.append(
            f"{UPSTREAM_LATENCY}: {self._waited}\r\n{PROXY_LATENCY}: {self._own}\r\n"
            f"Via: {self.node.server}\r\n\r\n"
        )
        self._out.append("\r\n".join(lines).encode("latin-1"))

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
        reply = self.reply
        if self._keep_alive is None:  # cut, or no head yet
            return
        if self._out:
            data = b"".join(self._out)
            self._sent += len(data)
            reply.write(data)
            self._out.clear()
        if self._ended:
            reply.abandoned = self._call = None  # no cycles: nothing is left to the garbage collector
            reply.finish(self._keep_alive)
            self.log(self._status, "service", self._sent, kong=self._own, upstream=self._waited)
        elif reply.congested and self._call:
            self._call.pause()
            reply.on_drained(self._call.resume)

    def failed(self, trouble: Trouble) -> None:
        """The upstream gave no whole answer: try another peer, or say so."""
        if self._keep_alive is not None:  # the head is with the client: only a cut tells the truth
            self._cut()
            return
        if target := self._peer.target:
            target.failed(trouble, target.checks.passive)
        if self._tries > 0 and self._may_repeat(trouble):
            self._tries -= 1
            with suppress(NoPeer):
                self._peer = next(self._peers)
                self._send()
                return
        self.reply.abandoned = None
        timed_out = trouble in (Trouble.READ_TIMEOUT, Trouble.CONNECT_TIMEOUT)
        waited = milliseconds(perf_counter() - self._began)
        self.by_nginx(504 if timed_out else 502, waited=waited, own=self._own)

    def _may_repeat(self, trouble: Trouble) -> bool:
        if trouble in (Trouble.REFUSED, Trouble.CONNECT_TIMEOUT):
            return True
        return trouble is not Trouble.INVALID and self.turn.method in IDEMPOTENT

    def _cut(self) -> None:
        self.reply.abandoned = None
        self.reply.abort()
        self._abandoned()

    def _abandoned(self) -> None:
        if self._call:
            self._call.cancel()
