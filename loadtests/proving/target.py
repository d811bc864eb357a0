"""The bundled target: an HTTP server in a process of its own, with one flaw or none.

    python -m loadtests.proving.target BEHAVIOUR [--log FILE]

BEHAVIOUR is JSON of behaviour.Behaviour. Its port, on loopback, is the first line that it writes, a second
one comes with the first request. It ends when its standard input is closed, so that it never outlives who
started it. With a log it writes there, at its end, the path of each request and the Unix time at which its
answer was written.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from loadtests.proving.behaviour import Behaviour

_END = b"\r\n\r\n"
_MOST = 65536
"""Bytes of a request's head."""
_PHRASES = {200: "OK", 500: "Internal Server Error", 503: "Service Unavailable"}


class Target:
    """What all connections share."""

    def __init__(self, behaviour: Behaviour, *, logs: bool) -> None:
        self.behaviour = behaviour
        self.answered: list[tuple[str, float]] = []
        self._logs = logs
        self._requests = 0

    def number(self) -> int:
        """The number of the request that has just come."""
        if not self._requests:
            _say("asked")
            if self.behaviour.frozen:
                asyncio.get_running_loop().call_later(self.behaviour.first, self._freeze)
        self._requests += 1
        return self._requests - 1

    def log(self, path: str) -> None:
        """Remember that a request has its answer."""
        if self._logs:
            self.answered.append((path, time.time()))

    def _freeze(self) -> None:
        asyncio.get_running_loop().call_later(self.behaviour.every, self._freeze)
        time.sleep(self.behaviour.frozen)  # the flaw itself: the whole process does nothing


class _Connection(asyncio.Protocol):
    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(_END)) >= 0:
            head, self._read = self._read[:end], self._read[end + len(_END) :]
            self._answer(head.split(b" ", 2)[1].decode("latin-1"))
        if len(self._read) > _MOST and self._transport:
            self._transport.abort()

    def _answer(self, path: str) -> None:
        answer = self._target.behaviour.answer(self._target.number())
        loop = asyncio.get_running_loop()
        if answer.delay:
            loop.call_later(answer.delay, self._write, path, answer.status)
        else:
            self._write(path, answer.status)

    def _write(self, path: str, status: int | None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if status is None:
            self._transport.abort()
            return
        body = b'{"status":"UP"}'
        head = f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: application/json\r\n"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._target.log(path)


async def _serve(target: Target) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    server = await loop.create_server(lambda: _Connection(target), "127.0.0.1", 0, backlog=4096)
    _say(str(server.sockets[0].getsockname()[1]))
    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("behaviour", help="JSON of the behaviour")
    parser.add_argument("--log", type=Path, help="where to write when each request was answered")
    given = parser.parse_args()
    target = Target(Behaviour(**json.loads(given.behaviour)), logs=given.log is not None)
    asyncio.run(_serve(target))
    if given.log is not None:
        lines = (f"{path} {moment:.6f}\n" for path, moment in target.answered)
        given.log.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
