"""Services that wait for their upstream longer than they should; Kong's default is 60 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.systems.kong.entities import Configuration, Service

FIELDS = ("connect_timeout", "write_timeout", "read_timeout")


@dataclass(frozen=True)
class LongTimeout:
    """One timeout of one service."""

    service: Service
    field: str
    """connect_timeout, write_timeout or read_timeout."""
    milliseconds: int


def long_timeouts(configuration: Configuration, limit: int) -> Iterator[LongTimeout]:
    """Every timeout that is longer than `limit` milliseconds; what the file does not say is 60,000."""
    for service in configuration.services:
        for field in FIELDS:
            milliseconds: int = getattr(service, field)
            if milliseconds > limit:
                yield LongTimeout(service, field, milliseconds)
