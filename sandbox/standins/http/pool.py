"""The client side for proxying: requests over pooled keep-alive connections."""

from __future__ import annotations

import asyncio
from collections import deque

from sandbox.standins.http.upstream import Address, Sink, Timeouts, Trouble, UpstreamConnection

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods whose request may go out twice."""

_IDLE_SECONDS = 55.0
"""Less than any server keeps an idle connection: it is not closed just as it is used again."""


class Call:
    """One request under way to an upstream."""

    __slots__ = (
        "_fresh",
        "_pool",
        "address",
        "cancelled",
        "connection",
        "method",
        "request",
        "sink",
        "timeouts",
    )

    def __init__(
        self, pool: Pool, address: Address, method: str, request: bytes, timeouts: Timeouts, sink: Sink
    ) -> None:
        self._pool = pool
        self.address = address
        self.method = method
        self.request = request
        self.timeouts = timeouts
        self.sink = sink
        self.connection: UpstreamConnection | None = None
        self.cancelled = False
        self._fresh = False

    def pause(self) -> None:
        """Read no more of the answer until `resume`."""
        if self.connection:
            self.connection.paused = True
            self.connection.transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if self.connection and self.connection.paused:
            self.connection.paused = False
            self.connection.transport.resume_reading()

    def cancel(self) -> None:
        """Nobody waits for the answer any more: cut the connection."""
        self.cancelled = True
        connection, self.connection = self.connection, None
        if connection:
            connection.call = None
            connection.transport.abort()

    def start(self) -> None:
        """Take an idle connection, or open one."""
        idle = self._pool.take(self.address)
        if idle:
            idle.begin(self)
        else:
            self._fresh = True
            self._pool.spawn(self)

    def lost(self, answered: bool, trouble: Trouble) -> None:
        """The connection went away. An idle one may have been closed by the upstream just before it
        was used again: then a harmless request goes out once more, on a new connection."""
        self.connection = None
        if trouble is Trouble.CLOSED and not answered and not self._fresh and self.method in IDEMPOTENT:
            self._fresh = True
            self._pool.spawn(self)
        else:
            self.sink.failed(trouble)


class Pool:
    """Idle connections by address, and the opening of new ones."""

    def __init__(self, idle_per_address: int = 256) -> None:
        self.loop = asyncio.get_running_loop()
        self._idle: dict[Address, deque[UpstreamConnection]] = {}
        self._limit = idle_per_address
        self._opening: set[asyncio.Task[None]] = set()

    def call(self, address: Address, method: str, request: bytes, timeouts: Timeouts, sink: Sink) -> Call:
        """Send a request, whole as `request`; its answer goes to `sink`. The call can be cancelled."""
        call = Call(self, address, method, request, timeouts, sink)
        call.start()
        return call

    def take(self, address: Address) -> UpstreamConnection | None:
        """The idle connection that was used last, if any."""
        idle = self._idle.get(address)
        oldest = self.loop.time() - _IDLE_SECONDS
        while idle:
            connection = idle.pop()
            if not connection.transport.is_closing() and connection.idle_since > oldest:
                return connection
            connection.transport.abort()
        return None

    def give(self, address: Address, connection: UpstreamConnection) -> None:
        """Keep a connection for the next call."""
        idle = self._idle.setdefault(address, deque())
        idle.append(connection)
        connection.idle_since = self.loop.time()
        if len(idle) > self._limit:
            idle.popleft().transport.close()

    def forget(self, address: Address, connection: UpstreamConnection) -> None:
        """A connection is gone."""
        idle = self._idle.get(address)
        if idle and connection in idle:
            idle.remove(connection)

    def spawn(self, call: Call) -> None:
        """Open a connection for a call."""
        task = self.loop.create_task(self._open(call))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def close(self) -> None:
        """Cut every idle connection."""
        for idle in self._idle.values():
            for connection in list(idle):
                connection.transport.abort()
        self._idle.clear()

    async def _open(self, call: Call) -> None:
        address = call.address
        try:
            async with asyncio.timeout(call.timeouts.connect):
                _, connection = await self.loop.create_connection(
                    lambda: UpstreamConnection(self, address), *address
                )
        except TimeoutError:
            trouble = Trouble.CONNECT_TIMEOUT
        except OSError:
            trouble = Trouble.REFUSED
        else:
            if call.cancelled:
                connection.transport.abort()
            else:
                connection.begin(call)
            return
        if not call.cancelled:
            call.sink.failed(trouble)
