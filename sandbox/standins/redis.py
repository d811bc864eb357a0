"""A connection to Redis, as little as the stand-ins need: log in, send commands, read replies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

Value = str | int | None | list["Value"]


class RedisError(Exception):
    """Redis refused a command, or broke the connection."""


Answered = Callable[[Value | RedisError], None]
"""Gets a command's reply, or what became of it."""


def render(*words: str | int) -> bytes:
    """A command on the wire."""
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


class Redis:
    """One connection; commands may be sent before the replies to earlier ones have come."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 6379
        self._password, self._user = unquote(parts.password or ""), unquote(parts.username or "")
        self._database = parts.path.strip("/") or "0"
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()

    async def command(self, *words: str | int) -> Value:
        """Send a command; its reply. Connects first, or again. Raises RedisError or OSError."""
        connection = self.connection or await self.connect()
        return await connection.send(*words)

    @property
    def connection(self) -> Connection | None:
        """The connection, where it stands."""
        connection = self._connection
        return None if connection is None or connection.lost else connection

    def close(self) -> None:
        """Cut the connection; the next command opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def connect(self) -> Connection:
        """The connection; opened and logged in where it does not stand. Raises RedisError or OSError."""
        async with self._opening:
            if (standing := self.connection) is not None:
                return standing
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, self._host, self._port)
            try:
                if self._password:
                    await connection.send("AUTH", *filter(None, [self._user]), self._password)
                if self._database != "0":
                    await connection.send("SELECT", self._database)
            except BaseException:
                connection.abort()
                raise
            self._connection = connection
            return connection


class Connection(asyncio.Protocol):
    """RESP 2; replies come in the order of the commands."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.lost = False
        self._waiting: deque[Answered] = deque()
        self._buffer = b""

    def send(self, *words: str | int) -> asyncio.Future[Value]:
        """Write a command; a future of its reply."""
        reply: asyncio.Future[Value] = asyncio.get_running_loop().create_future()

        def answered(value: Value | RedisError) -> None:
            if reply.done():  # somebody has stopped waiting
                return
            if isinstance(value, RedisError):
                reply.set_exception(value)
            else:
                reply.set_result(value)

        self.send_raw(render(*words), answered)
        return reply

    def send_raw(self, command: bytes, answered: Answered) -> None:
        """Write a command that is rendered already, and call back with its reply: always, and in order."""
        if self.lost:
            answered(RedisError("not connected"))
            return
        self.transport.write(command)
        self._waiting.append(answered)

    def abort(self) -> None:
        """Cut the connection."""
        self.lost = True
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        waiting, self._waiting = self._waiting, deque()
        for answered in waiting:
            answered(RedisError("the connection broke"))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        position = 0
        while self._waiting:
            try:
                value, position = _parse(buffer, position)
            except IndexError:
                break
            self._waiting.popleft()(value)
        self._buffer = buffer[position:]


def _parse(buffer: bytes, start: int) -> tuple[Value | RedisError, int]:
    """(value, where the next one starts). Raises IndexError where the buffer ends too early."""
    end = buffer.find(b"\r\n", start)
    if end < 0:
        raise IndexError
    kind, line, after = buffer[start : start + 1], buffer[start + 1 : end], end + 2
    if kind == b":":
        return int(line), after
    if kind == b"+":
        return line.decode(), after
    if kind == b"-":
        return RedisError(line.decode()), after
    if kind == b"$":
        size = int(line)
        if size < 0:
            return None, after
        if len(buffer) < after + size + 2:
            raise IndexError
        return buffer[after : after + size].decode("utf-8", "replace"), after + size + 2
    items: list[Value] = []
    for _ in range(int(line)):
        item, after = _parse(buffer, after)
        items.append(str(item) if isinstance(item, RedisError) else item)
    return items, after
