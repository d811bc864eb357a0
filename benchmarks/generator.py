"""An open-model load generator that costs little: arrivals come when they are due, whatever is answered."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field

CONNECTIONS = 400
"""At most so many at once; an arrival that finds none free waits, and its waiting counts."""
_DRAIN = 5.0
"""Seconds that the last answers are waited for."""


@dataclass
class Load:
    """What a run has shown; times in seconds."""

    planned: int
    seconds: float = 0.0
    """From the first intended start to the last answer."""
    latencies: list[float] = field(default_factory=list)
    """From the intended start to the whole answer, of every answered request."""
    lags: list[float] = field(default_factory=list)
    """From the intended start to the sending."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Requests whose connection ended before the answer was whole."""
    processor: float = 0.0
    """Processor time of the generator itself."""

    @property
    def unsent(self) -> int:
        """Arrivals for which there was never a connection."""
        return self.planned - len(self.lags)

    @property
    def unanswered(self) -> int:
        """Sent, and not answered when the run ended."""
        return len(self.lags) - len(self.latencies) - self.broken

    @property
    def errors(self) -> int:
        """Whatever was not answered 200."""
        return self.broken + self.unanswered + sum(self.statuses.values()) - self.statuses[200]


def quantile(values: list[float], q: float) -> float:
    """The value that the share `q` of them does not exceed; values must not be empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


async def generate(address: tuple[str, int], request: bytes, rate: float, seconds: float) -> Load:
    """Send `request` at Poisson arrivals of `rate` a second for `seconds`, and wait for the answers."""
    return await _Generator(address, request, rate, seconds).run()


class _Generator:
    def __init__(self, address: tuple[str, int], request: bytes, rate: float, seconds: float) -> None:
        self.request = request
        self.loop = asyncio.get_running_loop()
        self.waiting: deque[float] = deque()
        self.idle: list[_Connection] = []
        self.open = 0
        self._address = address
        self._arrivals = _arrivals(rate, seconds)
        self.load = Load(planned=len(self._arrivals))
        self._opening: set[asyncio.Task[object]] = set()

    async def run(self) -> Load:
        processor, started = time.process_time(), self.loop.time() + 0.2
        self._arrivals = deque(started + arrival for arrival in self._arrivals)
        for _ in range(32):
            self._connect()
        done = self.loop.create_future()
        self.loop.call_at(self._arrivals[0], self._send_due, done)
        await done
        until = self.loop.time() + _DRAIN
        while (self.waiting or self.load.unanswered) and self.loop.time() < until:
            await asyncio.sleep(0.01)
        self.load.seconds = self.loop.time() - started
        self.load.processor = time.process_time() - processor
        return self.load

    def _send_due(self, done: asyncio.Future[None]) -> None:
        """Send what is due; a timer's own resolution is a millisecond."""
        now, arrivals = self.loop.time() + 0.0005, self._arrivals
        while arrivals and arrivals[0] <= now:
            self.send(arrivals.popleft())
        if arrivals:
            self.loop.call_at(arrivals[0], self._send_due, done)
        else:
            done.set_result(None)

    def send(self, intended: float) -> None:
        """Send now where a connection is free, else as soon as one is."""
        if self.idle:
            self.idle.pop().send(intended)
            return
        self.waiting.append(intended)
        if self.open < CONNECTIONS:
            self._connect()

    def free(self, connection: _Connection) -> None:
        """A connection can take the next request."""
        if self.waiting:
            connection.send(self.waiting.popleft())
        else:
            self.idle.append(connection)

    def lost(self, connection: _Connection) -> None:
        """A connection has ended."""
        self.open -= 1
        if connection in self.idle:
            self.idle.remove(connection)

    def _connect(self) -> None:
        self.open += 1
        task = self.loop.create_task(self._try())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _try(self) -> None:
        try:
            await self.loop.create_connection(lambda: _Connection(self), *self._address)
        except OSError:
            self.open -= 1


class _Connection(asyncio.Protocol):
    """One request at a time; of an answer only its status and its length are read."""

    def __init__(self, generator: _Generator) -> None:
        self._generator = generator
        self._load = generator.load
        self._intended: float | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._generator.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._generator.lost(self)
        if self._intended is not None:
            self._load.broken += 1
            self._intended = None

    def send(self, intended: float) -> None:
        self._intended = intended
        self._load.lags.append(self._generator.loop.time() - intended)
        self._transport.write(self._generator.request)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        intended = self._intended
        if intended is None or not _whole(buffer):
            return
        self._buffer = b""
        self._intended = None
        load = self._load
        load.latencies.append(self._generator.loop.time() - intended)
        load.statuses[int(buffer[9:12])] += 1
        if b"\r\nconnection: close\r\n" in buffer:  # as HAProxy writes it
            self._transport.close()
        else:
            self._generator.free(self)


def _whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = answer.find(b"Content-Length: ", 0, end)
    if at < 0:
        at = answer.find(b"content-length: ", 0, end)
    if at < 0:
        return answer.endswith(b"\r\n0\r\n\r\n")  # chunked
    return len(answer) >= end + 4 + int(answer[at + 16 : answer.index(b"\r\n", at)])


def _arrivals(rate: float, seconds: float) -> deque[float]:
    """Poisson arrivals, the same in every run."""
    chance = random.Random(1)  # noqa: S311 - the same in every run
    found: deque[float] = deque()
    at = chance.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += chance.expovariate(rate)
    return found
