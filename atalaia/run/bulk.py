"""How much of what was seen there is to look through: a page of metrics can be as long as a book."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.seen import Seen

_BULKY = 2**20
"""Bytes that are looked through in some tenths of a second."""


def bulky(payloads: Iterable[Seen]) -> bool:
    """Whether looking through it would hold up who waits for other answers meanwhile."""
    return sum(map(_bytes, payloads)) >= _BULKY


def _bytes(payload: Seen) -> int:
    """Of the bodies of answers."""
    match payload:
        case Exchange(response=response):
            return len(response.body) if response else 0
        case Exchanges(steps=steps):
            return sum(map(_bytes, steps))
    return 0
