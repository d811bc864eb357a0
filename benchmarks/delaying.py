"""A server whose delays are known: a resolver, and HTTPS; it tells of each what it really came to.

Names below `test.` resolve to 127.0.0.1, DNS seconds late. A connection's handshake is answered TLS
seconds late, its request PROCESSING seconds, and the second half of its body TRANSFER seconds after the
first. Each answer tells in headers what that came to here, and the kernel's own measure of connecting.

Each delay runs from when its cause arrived by the kernel's word (SO_TIMESTAMPNS), not from when this
program came to see it: while it computes one handshake it sees nothing of the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

DNS, TLS, PROCESSING, TRANSFER = 0.03, 0.02, 0.04, 0.025
RESOLVER = "127.0.0.53"
PORT = 8443
_RTT = 68
"""Where `struct tcp_info` keeps tcpi_rtt, in microseconds; at first that of SYN, ACK and its ACK."""
_STAMPS = 35
"""SO_TIMESTAMPNS, and the type of the message that tells it."""
_BODY = 16

_delays: dict[str, float] = {}
"""Name → seconds that its resolution took here."""


class Resolver:
    """Answers A with 127.0.0.1, and anything else with nothing."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
        self._socket.bind((RESOLVER, 53))
        asyncio.get_running_loop().add_reader(self._socket, self._asked)

    def _asked(self) -> None:
        query, stamps, _, sender = self._socket.recvmsg(512, socket.CMSG_SPACE(16))
        _late(DNS, self._answer, query, sender, _arrived(stamps))

    def _answer(self, query: bytes, sender: tuple[str, int], came: float) -> None:
        end = query.index(b"\0", 12) + 5
        name, at = [], 12
        while query[at]:
            name.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        is_a = query[end - 4 : end - 2] == b"\0\1"
        head = query[:2] + b"\x81\x80\0\1" + struct.pack(">H", is_a) + b"\0\0\0\0" + query[12:end]
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if is_a else b""
        text = ".".join(name).lower()
        _delays[text] = max(_delays.get(text, 0.0), time.time() - came)
        self._socket.sendto(head + record, sender)


class Conversation:
    """One handshake and one request, both answered late."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self._socket = connection
        connection.setblocking(False)
        # The second half would wait for the acknowledgement of the first.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        self._told = {"connect": struct.unpack_from("I", information, _RTT)[0] / 1e6}
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._greeted = 0.0
        self._secured = False
        self._request = b""
        asyncio.get_running_loop().add_reader(connection, self._came)

    def _came(self) -> None:
        data, stamps, _, _ = self._socket.recvmsg(65536, socket.CMSG_SPACE(16))
        if not data:
            self._end()
            return
        self._incoming.write(data)
        if not self._greeted:
            self._greeted = _arrived(stamps)
            _late(TLS, self._shake_hands, self._greeted)
        elif not self._secured:
            self._shake_hands(_arrived(stamps))
        else:
            self._read(_arrived(stamps))

    def _shake_hands(self, came: float) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._told["tls"] = time.time() - self._greeted
            self._flush()
            return
        self._secured = True
        self._flush()
        self._read(came)

    def _read(self, came: float) -> None:
        with contextlib.suppress(ssl.SSLWantReadError):
            self._request += self._tls.read()
        if self._request.endswith(b"\r\n\r\n"):
            _late(PROCESSING, self._answer, came)

    def _answer(self, asked: float) -> None:
        host = self._request.split(b"Host: ")[1].split(b"\r\n")[0].partition(b":")[0].decode().lower()
        now = time.time()
        told = self._told | {"resolve": _delays.pop(host), "processing": now - asked}
        lines = "".join(f"X-True-{name}: {seconds:.9f}\r\n" for name, seconds in told.items())
        head = f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {2 * _BODY}\r\nConnection: close\r\n\r\n"
        self._tls.write(head.encode() + b"x" * _BODY)
        self._flush()
        _late(TRANSFER, self._rest, now)

    def _rest(self, begun: float) -> None:
        self._tls.write(f"{time.time() - begun:.9f}".rjust(_BODY).encode())
        self._flush()
        self._end()

    def _flush(self) -> None:
        self._socket.send(self._outgoing.read())

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def _late(seconds: float, do: Callable[..., None], *with_: object) -> None:
    asyncio.get_running_loop().call_later(seconds, do, *with_)


def _arrived(stamps: list[tuple[int, int, bytes]]) -> float:
    """When a packet came, by the kernel's clock, which `time.time` reads."""
    for _, kind, stamp in stamps:
        if kind == _STAMPS:
            seconds, nanoseconds = struct.unpack("qq", stamp)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


async def serve(certificate: Path) -> None:
    """Until the end of the process; says so when it has begun."""
    loop = asyncio.get_running_loop()
    Resolver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", PORT), backlog=1024)
    listener.setblocking(False)
    listener.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)  # what it accepts has it, too
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        connection, _ = await loop.sock_accept(listener)
        Conversation(connection, context)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
