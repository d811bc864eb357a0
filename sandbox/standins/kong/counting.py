"""Counting in Redis, for limiters of several nodes: one atomic round trip for all windows of a request."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from urllib.parse import quote

from atalaia.systems.kong.plugins import Increment, RedisStore
from sandbox.standins.kong.names import Names
from sandbox.standins.redis import Connection, Redis, RedisError, Value, render

Counted = Callable[[Sequence[int] | None], None]
"""Gets what each counter stands at now; None where Redis did not answer."""

_SCRIPT = (
    "local counts = {} "
    "for at, key in ipairs(KEYS) do "
    "counts[at] = redis.call('incr', key) "
    "if counts[at] == 1 then redis.call('expire', key, ARGV[at]) end "
    "end return counts"
)
"""Kong's own, for all keys at once: INCR, and EXPIRE at the first."""


class Stores:
    """The Redis servers that limiters count in, each with one pipelined connection."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._stores: dict[RedisStore, _Store | None] = {}

    def count(self, store: RedisStore, increments: Sequence[Increment], counted: Counted) -> None:
        """Count every increment once more, then call back: in any case, and within the store's timeout."""
        try:
            found = self._stores[store]
        except KeyError:
            address = None if store.ssl else self._names.resolve(store.host)
            found = self._stores[store] = _Store(store, address) if address else None
        if found is None:
            counted(None)
        else:
            found.count(increments, counted)

    def close(self) -> None:
        """Cut the connections."""
        for store in self._stores.values():
            if store is not None:
                store.close()
        self._stores.clear()


class _Store:
    def __init__(self, store: RedisStore, address: str) -> None:
        user, password = quote(store.username or "", safe=""), quote(store.password or "", safe="")
        host = f"[{address}]" if ":" in address else address
        self._redis = Redis(f"redis://{user}:{password}@{host}:{store.port}/{store.database}")
        self._timeout = store.timeout / 1000
        self._loop = asyncio.get_running_loop()
        self._deadlines: deque[float] = deque()
        """Of the commands under way, in the order of their replies."""
        self._timer: asyncio.TimerHandle | None = None
        self._connecting: set[asyncio.Task[None]] = set()

    def count(self, increments: Sequence[Increment], counted: Counted) -> None:
        connection = self._redis.connection
        if connection is not None:
            self._send(connection, increments, counted)
            return
        task = self._loop.create_task(self._connect(increments, counted))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def close(self) -> None:
        for task in self._connecting:
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        self._redis.close()

    async def _connect(self, increments: Sequence[Increment], counted: Counted) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self._redis.connect()
        except (OSError, RedisError, TimeoutError):
            counted(None)
        else:
            self._send(connection, increments, counted)

    def _send(self, connection: Connection, increments: Sequence[Increment], counted: Counted) -> None:
        deadlines = self._deadlines
        deadlines.append(self._loop.time() + self._timeout)
        if self._timer is None:
            self._timer = self._loop.call_at(deadlines[0], self._late)

        def answered(value: Value | RedisError) -> None:
            deadlines.popleft()
            counted(value if isinstance(value, list) else None)  # type: ignore[arg-type] # of integers

        connection.send_raw(_command(tuple(increments)), answered)

    def _late(self) -> None:
        """One timer for all: cut the connection where the oldest command has waited too long."""
        self._timer = None
        deadlines = self._deadlines
        if not deadlines:
            return
        if deadlines[0] <= self._loop.time() + 0.0005:
            self._redis.close()  # fails whatever waits
        else:
            self._timer = self._loop.call_at(deadlines[0], self._late)


@cache
def _head(keys: int) -> bytes:
    """The command up to its keys."""
    words = 3 + 2 * keys
    return render("EVAL", _SCRIPT, keys).replace(b"*3\r\n", b"*%d\r\n" % words, 1)


@lru_cache(maxsize=4096)
def _command(increments: tuple[Increment, ...]) -> bytes:
    """The same again and again, as long as a client stays within its windows."""
    keys, lives = b"", b""
    for key, expires in increments:
        raw, seconds = key.encode(), b"%d" % expires
        keys += b"$%d\r\n%b\r\n" % (len(raw), raw)
        lives += b"$%d\r\n%b\r\n" % (len(seconds), seconds)
    return _head(len(increments)) + keys + lives
