"""Connections for httpcore: what came is read before what ended it, and nobody waits for the dead."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import httpcore
import pytest

from atalaia.exchange.backend import Backend, Stream

Talk = Callable[[Stream, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _talk(talk: Talk) -> None:
    """Let both ends of one connection do what `talk` says, within ten seconds."""

    async def both() -> None:
        met: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )
        server = await asyncio.start_server(lambda *ends: met.set_result(ends), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        stream = await Backend().connect_tcp("127.0.0.1", port, 5.0, "127.0.0.9")
        reader, writer = await met
        assert writer.get_extra_info("peername")[0] == "127.0.0.9"
        try:
            await talk(stream, reader, writer)
        finally:
            await stream.aclose()
            writer.transport.abort()
            server.close()

    asyncio.run(asyncio.wait_for(both(), 10))


def _reset(writer: asyncio.StreamWriter) -> None:
    ours = writer.get_extra_info("socket")
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _write_on(stream: Stream) -> None:
    while True:
        await stream.write(b"more of a body ")
        await asyncio.sleep(0)


def test_what_came_before_a_reset_is_read_before_it_is_told() -> None:
    async def talk(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Too Large\r\n\r\n")
        await writer.drain()
        assert await stream.read(1) == b"H"  # it is there; nobody reads the rest yet
        _reset(writer)
        with pytest.raises(httpcore.WriteError):
            await _write_on(stream)
        assert await stream.read(7) == b"TTP/1.1"
        assert await stream.read(100) == b" 413 Too Large\r\n\r\n"
        with pytest.raises(httpcore.ReadError):
            await stream.read(100)

    _talk(talk)


def test_the_end_is_no_error() -> None:
    async def talk(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"all")
        writer.close()
        assert await stream.read(100) == b"all"
        assert await stream.read(100) == b""

    _talk(talk)


def test_more_than_is_read_stays_with_the_system_and_is_lost_in_no_case() -> None:
    sent = bytes(range(256)) * 2**14

    async def talk(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        writer.write_eof()
        got = bytearray()
        while piece := await stream.read(2**16):
            assert len(piece) <= 2**16
            got += piece
        assert got == sent

    _talk(talk)


def test_who_writes_waits_for_who_does_not_read() -> None:
    async def talk(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writing = asyncio.create_task(stream.write(b"x" * 2**25))
        await asyncio.wait([writing], timeout=0.2)
        assert not writing.done()
        await reader.readexactly(2**25)
        await writing

    _talk(talk)


def test_a_port_that_nobody_listens_on_and_one_that_does_not_answer() -> None:
    async def both() -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            with pytest.raises(httpcore.ConnectError) as refused:
                await Backend().connect_tcp("127.0.0.1", nobody.getsockname()[1], 5.0)
        assert isinstance(refused.value.__cause__, ConnectionRefusedError)
        with pytest.raises(httpcore.ConnectTimeout):
            await Backend().connect_tcp("127.0.0.1", 1, 0.0)

    asyncio.run(both())
