"""Prometheus' rules once it has evaluated them: what is asked, as data."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen


class EvaluatedRules(Observable):
    """The rules, asked for again while a group is late, or was not evaluated since it was loaded.

    After a start that takes an interval, and a machine that is busy comes late once.
    """

    sees: ClassVar[type[Seen]] = Exchange

    rules: HttpRequest
    within: float = 15.0
    """Seconds at most."""
