"""A server that costs little: one answer, the same for everybody, and the connection closed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: answering\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: 15\r\nX-Request-ID: 1\r\nConnection: close\r\n\r\n"
    b'{"status":"UP"}'
)


@contextmanager
def answering() -> Iterator[int]:
    """Such a server in a process of its own; its port."""
    command = [sys.executable, "-m", "benchmarks.answering"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class _Server(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._came = b""

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._came.endswith(b"\r\n\r\n"):
            self._transport.write(_ANSWER)
            self._transport.close()


async def _main() -> None:
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main())
