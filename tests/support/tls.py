"""TLS servers on loopback, each with a certificate of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path

from tests.support.loop import LoopThread

_ANSWER = b"HTTP/1.1 200 OK\r\nX-Service: tls\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class TlsServers:
    """Starts servers beside a test, and notes the handshakes that each saw, refused ones included."""

    def __enter__(self) -> TlsServers:
        self._thread = LoopThread().__enter__()
        self._servers: list[asyncio.Server] = []
        self.names: dict[int, list[str | None]] = {}
        """Server names that clients asked for."""
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            self._thread.run(_close(server))
        self._thread.__exit__()

    def start(self, file: Path, **limits: ssl.TLSVersion) -> int:
        """A server with key and certificates of this PEM file; its port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        for limit, version in limits.items():
            setattr(context, limit, version)
        return self._thread.run(self._listen(context))

    def start_broken(self, answer: bytes) -> int:
        """A server that answers the client's first message with these bytes, and hangs up."""

        async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(answer)
            writer.close()

        return self._thread.run(self._serve(answering, None))

    async def _listen(self, context: ssl.SSLContext) -> int:
        seen: list[str | None] = []
        context.sni_callback = lambda _, name, __: seen.append(name)
        port = await self._serve(_serve, context)
        self.names[port] = seen
        return port

    async def _serve(self, handler: object, context: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)  # type: ignore[arg-type]
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    writer.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
