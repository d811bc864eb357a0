"""A server whose delays are known: a resolver, and HTTPS; it tells of each what it really came to.

Names below `test.` resolve to 127.0.0.1, DNS seconds late. A connection's handshake is answered TLS
seconds late, its request PROCESSING seconds, and the second half of its body TRANSFER seconds after the
first. Each answer tells in headers what that came to here, and the kernel's own measure of connecting.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys
import time
from pathlib import Path

DNS, TLS, PROCESSING, TRANSFER = 0.03, 0.02, 0.04, 0.025
RESOLVER = "127.0.0.53"
PORT = 8443
_RTT = 68
"""Where `struct tcp_info` keeps tcpi_rtt, in microseconds; at first that of SYN, ACK and its ACK."""
_BODY = 16

_delays: dict[str, float] = {}
"""Name → seconds that its resolution took here."""


class Resolver(asyncio.DatagramProtocol):
    """Answers A with 127.0.0.1, and anything else with nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asyncio.get_running_loop().call_later(DNS, self._answer, data, addr, time.perf_counter())

    def _answer(self, query: bytes, addr: tuple[str, int], came: float) -> None:
        end = query.index(b"\0", 12) + 5
        name, at = [], 12
        while query[at]:
            name.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        is_a = query[end - 4 : end - 2] == b"\0\1"
        head = query[:2] + b"\x81\x80\0\1" + struct.pack(">H", is_a) + b"\0\0\0\0" + query[12:end]
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if is_a else b""
        self._transport.sendto(head + record, addr)
        text = ".".join(name).lower()
        _delays[text] = max(_delays.get(text, 0.0), time.perf_counter() - came)


class Answer(asyncio.Protocol):
    """One request, answered late."""

    def __init__(self, greeted: float, connected: float) -> None:
        self._greeted, self._connected = greeted, connected
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._secured = time.perf_counter() - self._greeted

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._came.endswith(b"\r\n\r\n"):
            asyncio.get_running_loop().call_later(PROCESSING, self._head, time.perf_counter())

    def _head(self, asked: float) -> None:
        host = self._came.split(b"Host: ")[1].split(b"\r\n")[0].partition(b":")[0].decode().lower()
        now = time.perf_counter()
        told = {
            "resolve": _delays.pop(host),
            "connect": self._connected,
            "tls": self._secured,
            "processing": now - asked,
        }
        lines = "".join(f"X-True-{name}: {seconds:.9f}\r\n" for name, seconds in told.items())
        self._transport.write(
            f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {2 * _BODY}\r\nConnection: close\r\n\r\n".encode()
            + b"x" * _BODY
        )
        asyncio.get_running_loop().call_later(TRANSFER, self._rest, now)

    def _rest(self, begun: float) -> None:
        self._transport.write(f"{time.perf_counter() - begun:.9f}".rjust(_BODY).encode())
        self._transport.close()


async def serve(certificate: Path) -> None:
    """Until the end of the process; says so when it has begun."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Resolver, (RESOLVER, 53))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", PORT), backlog=1024)
    listener.setblocking(False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    conversations = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        task = loop.create_task(_converse(connection, context))
        conversations.add(task)
        task.add_done_callback(conversations.discard)


async def _converse(connection: socket.socket, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    # asyncio leaves it out where the listener was made without a protocol's number: the second half would
    # wait for the acknowledgement of the first.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    connected = struct.unpack_from("I", information, _RTT)[0] / 1e6
    came = loop.create_future()
    loop.add_reader(connection, came.set_result, None)
    await came
    loop.remove_reader(connection)
    greeted = time.perf_counter()
    await asyncio.sleep(TLS)
    await loop.connect_accepted_socket(lambda: Answer(greeted, connected), connection, ssl=context)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
