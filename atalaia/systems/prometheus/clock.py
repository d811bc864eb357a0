"""Whose clock: Prometheus' own tells how old what it says is."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from atalaia.exchange.exchange import Exchange


def answered_at(exchange: Exchange) -> float:
    """The Unix time of an answer by the clock of who answered, or by ours where it does not tell."""
    date = exchange.response.header("Date") if exchange.response else None
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return exchange.sent_at + exchange.elapsed
