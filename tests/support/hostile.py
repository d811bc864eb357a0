"""A server on loopback that does to its clients whatever a server can do.

The path says what: GET /drip-body. `HostileServer` runs it beside a test; as a program
(`python -m tests.support.hostile PORT`) it is a target for anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from tests.support.loop import LoopThread


@dataclass(frozen=True)
class Client:
    """The other end of a connection."""

    head: bytes
    """Of its request."""
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send, no faster than it is taken."""
        self.writer.write(data)
        await self.writer.drain()

    async def send_for_ever(self, data: bytes, every: float = 0.0) -> None:
        """Send the same again and again, so many seconds apart, until the client is gone."""
        while not self.writer.is_closing():
            await self.send(data)
            await asyncio.sleep(every)

    async def gone(self) -> None:
        """Until the client ends the connection."""
        while await self.reader.read(65536):
            pass

    def reset(self) -> None:
        """End the connection by a reset."""
        at_once = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.writer.transport.abort()


Behaviour = Callable[[Client], Awaitable[None]]

_OK = b"HTTP/1.1 200 OK\r\nX-Service: hostile\r\n"
_ZLIB, _GZIP = 15, 31
BEHAVIOURS: dict[str, Behaviour] = {}
"""Path, without its slash and what follows the next one → what is done."""


def _behaviour(handler: Behaviour) -> Behaviour:
    BEHAVIOURS[handler.__name__.replace("_", "-")] = handler
    return handler


@_behaviour
async def ok(client: Client) -> None:
    """A good answer, with two cookies, and headers in letter cases of its own."""
    await client.send(
        _OK + b"Set-Cookie: a=1\r\nx-lower: 1\r\nSet-Cookie: b=2\r\nContent-Length: 15\r\n\r\n"
        b'{"status":"UP"}',
    )


@_behaviour
async def echo(client: Client) -> None:
    """The head of the request, as it came."""
    await client.send(_OK + b"Content-Length: %d\r\n\r\n" % len(client.head) + client.head)


@_behaviour
async def endless_body(client: Client) -> None:
    await client.send(_OK + b"\r\n")
    await client.send_for_ever(b"x" * 65536)


@_behaviour
async def endless_chunks(client: Client) -> None:
    await client.send(_OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await client.send_for_ever(b"1000\r\n" + b"x" * 4096 + b"\r\n")


@_behaviour
async def drip_body(client: Client) -> None:
    """A byte of the body every 0.1 s, so that no timeout between two bytes ever passes."""
    await client.send(_OK + b"Content-Length: 100000\r\n\r\n")
    await client.send_for_ever(b"x", every=0.1)


@_behaviour
async def drip_header(client: Client) -> None:
    await client.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    await client.send_for_ever(b"x", every=0.1)


@_behaviour
async def invalid_header(client: Client) -> None:
    await client.send(_OK + b"this is no header\r\n\r\nbody")


@_behaviour
async def control_characters(client: Client) -> None:
    await client.send(_OK + b"X-Bad: a\x00b\r\nContent-Length: 0\r\n\r\n")


@_behaviour
async def echoing_header(client: Client) -> None:
    """A broken header that holds all that the client sent, credentials included."""
    await client.send(_OK + b"no header: " + client.head.replace(b"\r\n", b" ") + b"\x00\r\n\r\n")


@_behaviour
async def echoing_status(client: Client) -> None:
    """A status line that holds all that the client sent, credentials included."""
    await client.send(b"HTTP/1.1 what? " + client.head.replace(b"\r\n", b" ") + b"\r\n\r\n")


@_behaviour
async def endless_headers(client: Client) -> None:
    await client.send(_OK)
    await client.send_for_ever(b"X-More: and more\r\n" * 1000)


@_behaviour
async def huge_header(client: Client) -> None:
    await client.send(_OK + b"X-Huge: ")
    await client.send_for_ever(b"x" * 65536)


@_behaviour
async def endless_interim(client: Client) -> None:
    await client.send_for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, every=0.001)


@_behaviour
async def redirects(client: Client) -> None:
    """/redirects/N sends on to /redirects/N-1, and /redirects/0 to /ok."""
    left = int(client.head.split()[1].rsplit(b"/", 1)[1])
    onward = b"/ok" if left == 0 else b"/redirects/%d" % (left - 1)
    await client.send(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 4\r\n\r\nmove" % onward)


@_behaviour
async def redirect_loop(client: Client) -> None:
    await client.send(b"HTTP/1.1 302 Found\r\nLocation: /redirect-loop\r\nContent-Length: 0\r\n\r\n")


@_behaviour
async def redirect_to(client: Client) -> None:
    """/redirect-to?ADDRESS sends on to any address."""
    address = client.head.split()[1].partition(b"?")[2]
    await client.send(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % address)


@_behaviour
async def cut(client: Client) -> None:
    """Promises 1000 bytes and ends after four."""
    await client.send(_OK + b"Content-Length: 1000\r\n\r\nhalf")


@_behaviour
async def cut_chunk(client: Client) -> None:
    await client.send(_OK + b"Transfer-Encoding: chunked\r\n\r\n400\r\nhalf")


@_behaviour
async def bad_chunks(client: Client) -> None:
    await client.send(_OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ngood\r\nzz\r\nbad\r\n0\r\n\r\n")


@_behaviour
async def two_lengths(client: Client) -> None:
    await client.send(_OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhello")


@_behaviour
async def gzip_bomb(client: Client) -> None:
    """A mebibyte that becomes a gibibyte."""
    bomb = _zeros(_GZIP)
    await client.send(_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % (64 * len(bomb)))
    for _ in range(64):
        await client.send(bomb)


@_behaviour
async def deflate_bomb(client: Client) -> None:
    await client.send(_OK + b"Content-Encoding: deflate\r\n\r\n" + _zeros(_ZLIB))


@_behaviour
async def not_gzip(client: Client) -> None:
    await client.send(_OK + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot  gzip")


@_behaviour
async def half_gzip(client: Client) -> None:
    half = gzip.compress(bytes(range(256)) * 4)[:100]
    await client.send(_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(half) + half)


@_behaviour
async def silent(client: Client) -> None:
    """No answer at all."""
    await client.gone()


@_behaviour
async def hang_up(client: Client) -> None:
    """Ends the connection without an answer."""


@_behaviour
async def garbage(client: Client) -> None:
    await client.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@_behaviour
async def binary(client: Client) -> None:
    await client.send(bytes(range(256)) * 16)


@_behaviour
async def reset(client: Client) -> None:
    client.reset()


@_behaviour
async def reset_in_body(client: Client) -> None:
    await client.send(_OK + b"Content-Length: 1000\r\n\r\nhalf")
    await asyncio.sleep(0.05)  # what was sent before is read before the reset throws it away
    client.reset()


@lru_cache
def _zeros(format: int) -> bytes:
    """16 MiB of zeros in 16 KiB; made piece by piece."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, format)
    return b"".join(compressor.compress(bytes(2**16)) for _ in range(256)) + compressor.flush()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the head of one request, and do what its path says."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split()[1].decode("latin-1")
        path = urlsplit(target).path
        await BEHAVIOURS[path.split("/")[1]](Client(head, reader, writer))
    with contextlib.suppress(OSError):
        writer.close()
        await writer.wait_closed()


async def accept_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and whatever comes, and never say a word."""
    with contextlib.suppress(OSError):
        while await reader.read(65536):
            pass
    writer.close()


class HostileServer:
    """The server, beside a test; counts connections by the client's address."""

    def __init__(self) -> None:
        self.clients: Counter[str] = Counter()

    def __enter__(self) -> HostileServer:
        for format in (_ZLIB, _GZIP):
            _zeros(format)  # made before anybody measures anything
        self._thread = LoopThread().__enter__()
        self._servers = [self._thread.run(self._listen(handler)) for handler in (serve, accept_only)]
        self.url, self.mute_url = (
            f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in self._servers
        )
        """`mute_url` is a server that only accepts: over TLS too (put https:// before it)."""
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            self._thread.run(_close(server))
        self._thread.__exit__()

    def wait_for_clients(self, address: str, connections: int, timeout: float = 5) -> None:
        """Until so many connections came from an address. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while self.clients[address] < connections:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.clients[address]} connections from {address}")
            time.sleep(0.005)

    async def _listen(self, handler: Callable[..., Awaitable[None]]) -> asyncio.Server:
        async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.clients[writer.get_extra_info("peername")[0]] += 1
            await handler(reader, writer)

        return await asyncio.start_server(counted, "127.0.0.1", 0, limit=2**18, backlog=256)


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if sys.argv[1:] else 0))
