"""Addresses to listen on, as they are told on the command line."""

from __future__ import annotations

from atalaia.errors import UsageError


def address(option: str, text: str) -> tuple[str, int]:
    """`[HOST:]PORT` taken apart; 127.0.0.1 where no host is told. Raises UsageError, naming the option."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError("that is no address to listen on", where=option, expected="[HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)
