"""A mail server that takes every mail and relays none: what RFC 5321, 4.5.1 asks of the least of them.

EHLO with SIZE and 8BITMIME, HELO, MAIL, RCPT, DATA, RSET, NOOP, VRFY, QUIT. No TLS and no log-in: nothing
leaves the machine. Lines end with CRLF and with nothing else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

_SIZE = 1024 * 1024
"""Bytes of a mail."""
_LINE = 4096
_RECIPIENTS = 100
_PATIENCE = 60.0
"""Seconds that a client may take for its next line."""
_FROM = re.compile(r"FROM: ?<([^<>\s]*)>((?: \S+)*)", re.IGNORECASE)
_TO = re.compile(r"TO: ?<([^<>\s]+)>((?: \S+)*)", re.IGNORECASE)

Deliver = Callable[[str, bytes], None]
"""Gets a mail once for each of its recipients."""


class SmtpServer:
    """Listens, and talks to many at a time."""

    def __init__(self, deliver: Deliver, host: str, port: int) -> None:
        self._deliver = deliver
        self.host, self.port = host, port
        self._server: asyncio.AbstractServer | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen. Raises OSError where the port is taken."""
        if self._server is None:
            self._server = await asyncio.start_server(self._talk, self.host, self.port, limit=_SIZE + _LINE)

    async def stop(self) -> None:
        """Close the listener, and cut what is open."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for session in list(self._sessions):
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        try:
            await _Session(reader, writer, self._deliver).run()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # the client went away, or says nothing that ends: there is nobody to tell
        finally:
            self._sessions.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()


class _Session:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deliver: Deliver) -> None:
        self._reader, self._writer, self._deliver = reader, writer, deliver
        self._greeted = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 atalaia-stand-in ESMTP")
        while True:
            line = await self._line()
            if len(line) > _LINE:
                await self._say("500 line too long")
                continue
            verb, _, rest = line.decode("latin-1").partition(" ")
            if verb.upper() == "QUIT":
                await self._say("221 bye")
                return
            if verb.upper() == "DATA":
                await self._data(rest)
            else:
                await self._say(self._answer(verb.upper(), rest.rstrip()))

    def _answer(self, verb: str, rest: str) -> str:
        match verb:
            case "EHLO" | "HELO":
                if not rest:
                    return f"501 {verb} wants a name"
                self._greeted = True
                self._reset()
                if verb == "HELO":
                    return "250 atalaia-stand-in"
                return f"250-atalaia-stand-in\r\n250-8BITMIME\r\n250 SIZE {_SIZE}"
            case "MAIL":
                return self._mail(rest)
            case "RCPT":
                return self._recipient(rest)
            case "RSET":
                self._reset()
                return "250 forgotten"
            case "NOOP":
                return "250 nothing done"
            case "VRFY":
                return "252 cannot tell, but takes every mail"
        return "500 unknown command"

    def _mail(self, rest: str) -> str:
        if not self._greeted or self._sender is not None:
            return "503 bad sequence of commands"
        if not (found := _FROM.fullmatch(rest)):
            return "501 MAIL FROM:<address>"
        size = re.search(r" SIZE=(\d{1,12})(?: |$)", found[2], re.IGNORECASE)
        if size and int(size[1]) > _SIZE:
            return "552 too large"
        self._sender = found[1]
        return "250 ok"

    def _recipient(self, rest: str) -> str:
        if self._sender is None:
            return "503 bad sequence of commands"
        if not (found := _TO.fullmatch(rest)):
            return "501 RCPT TO:<address>"
        if len(self._recipients) == _RECIPIENTS:
            return "452 too many recipients"
        self._recipients.append(found[1])
        return "250 ok"

    async def _data(self, rest: str) -> None:
        if rest.strip():
            await self._say("501 DATA takes nothing")
            return
        if not self._recipients:
            await self._say("503 bad sequence of commands")
            return
        await self._say("354 end with a line that is a full stop")
        lines: list[bytes] = []
        size = 0
        while (line := await self._line()) != b".":
            size += len(line) + 2
            if size <= _SIZE:
                lines.append(line.removeprefix(b"."))  # RFC 5321, 4.5.2
        if size > _SIZE:
            await self._say("552 too large")
        else:
            for recipient in self._recipients:
                self._deliver(recipient, b"\r\n".join([*lines, b""]))
            await self._say("250 delivered")
        self._reset()

    def _reset(self) -> None:
        self._sender, self._recipients = None, []

    async def _line(self) -> bytes:
        async with asyncio.timeout(_PATIENCE):
            return (await self._reader.readuntil(b"\r\n"))[:-2]

    async def _say(self, reply: str) -> None:
        self._writer.write(f"{reply}\r\n".encode())
        with suppress(ConnectionError):
            await self._writer.drain()
