"""What receivers say that they got: the document of `drill.deliveries` (docs/sandbox-standins.md)."""

from __future__ import annotations

import re

from atalaia.systems.document import Unreadable, json_object
from atalaia.systems.drill.model import ALERT, FIRING, INHIBITED, Channel, Delivery

_RECEIVER = re.compile(r'"receiver": ?"([^"]+)"|[?&;]receiver=([^"&\s|<]+)')
"""In the Alertmanager's JSON, and in the links of its other messages."""


def deliveries(body: bytes, drill: str) -> tuple[Delivery, ...] | Unreadable:
    """What came of this drill, in its order; why that cannot be read."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    found = document.get("deliveries")
    if not isinstance(found, list):
        return Unreadable("a document without deliveries")
    return tuple(
        _delivery(each) for each in found if isinstance(each, dict) and drill in str(each.get("text", ""))
    )


def _delivery(document: dict[str, object]) -> Delivery:
    text = str(document.get("text", ""))
    named = _RECEIVER.search(text)
    at = document.get("at")
    return Delivery(
        at=float(at) if isinstance(at, int | float) else 0.0,
        channel=str(document.get("channel", "")),
        to=str(document.get("to", "")),
        status=str(document.get("status", "")),
        alert=INHIBITED if INHIBITED in text else ALERT,
        receiver=(named[1] or named[2]) if named else "",
    )


def reached(channel: Channel, came: tuple[Delivery, ...], status: str = FIRING) -> bool:
    """Whether the channel was told of the alert that must arrive, with this status."""
    return any(
        each.alert == ALERT and each.status == status and each.channel == channel.kind
        and (not channel.to or each.to == channel.to)
        for each in came
    )  # fmt: skip


def belongs(delivery: Delivery, expected: tuple[Channel, ...], receiver: str) -> bool:
    """Whether a message went where it was meant to."""
    if delivery.receiver and delivery.receiver != receiver:
        return False
    return any(
        each.kind == delivery.channel and (not each.to or not delivery.to or each.to == delivery.to)
        for each in expected
    )
