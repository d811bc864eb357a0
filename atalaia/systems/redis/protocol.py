"""As much of Redis' protocol (RESP2) as three commands need."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from atalaia.exchange.failure import Failure, Reason

_MOST = 2**20
"""Bytes of a reply that are read; INFO takes some thousand."""
_FOREIGN = "the answer is not Redis'"


class NoReply(Exception):
    """What came is no whole reply of Redis."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(reason=reason, detail=detail)


@dataclass(frozen=True)
class Refusal:
    """An error reply."""

    text: str

    @property
    def for_lack_of_identity(self) -> bool:
        """Whether the server wants to know first who asks, or refuses whoever has not said it.

        DENIED is protected mode: without a password, Redis then serves its own machine only.
        """
        return self.text.startswith(("NOAUTH", "DENIED"))

    @property
    def failure(self) -> Failure:
        """The refusal as a failure."""
        about_identity = self.text.startswith(
            ("NOAUTH", "DENIED", "WRONGPASS", "NOPERM", "ERR invalid password")
        )
        return Failure(reason=Reason.AUTH if about_identity else Reason.PROTOCOL, detail=self.text[:200])


def command(*words: str) -> bytes:
    """A command as Redis reads it."""
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


async def read_reply(reader: asyncio.StreamReader) -> str | Refusal:
    """A simple string, a bulk string or an error. Raises NoReply."""
    try:
        line = await reader.readuntil(b"\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise NoReply(Reason.PROTOCOL, _FOREIGN) from error
        raise NoReply(Reason.RESET, "the connection was closed without an answer") from error
    except asyncio.LimitOverrunError as error:
        raise NoReply(Reason.PROTOCOL, _FOREIGN) from error
    kind, text = line[:1], line[1:-2].decode("utf-8", "replace")
    if kind == b"+":
        return text
    if kind == b"-":
        return Refusal(text)
    if kind == b"$" and text.isdecimal() and int(text) <= _MOST:
        try:
            return (await reader.readexactly(int(text) + 2))[:-2].decode("utf-8", "replace")
        except asyncio.IncompleteReadError as error:
            raise NoReply(Reason.RESET, "the connection was closed within an answer") from error
    raise NoReply(Reason.PROTOCOL, _FOREIGN)
