"""The Alertmanagers that Prometheus sends to: `/api/v1/alertmanagers`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.envelope import data


@dataclass(frozen=True)
class Address:
    """Where an Alertmanager listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Alertmanagers:
    """Those that are sent to, and those that were found and are not."""

    active: tuple[Address, ...]
    dropped: tuple[Address, ...]


def read_alertmanagers(body: bytes) -> Alertmanagers | Unreadable:
    """The Alertmanagers of an answer."""
    document = data(body)
    if isinstance(document, Unreadable):
        return document
    try:
        active, dropped = (
            tuple(_address(one["url"]) for one in document[key] or ())
            for key in ("activeAlertmanagers", "droppedAlertmanagers")
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return Unreadable("a document that is no list of Alertmanagers")
    return Alertmanagers(active, dropped)


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
