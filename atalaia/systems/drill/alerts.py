"""Alerts of a drill, as Prometheus and as the Alertmanager tell them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from atalaia.systems.document import Unreadable, instead_of
from atalaia.systems.prometheus.envelope import data

_NAMED_BY = ("instance", "exported_instance")
"""Prometheus renames a pushed `instance` where the job has no honor_labels."""


@dataclass(frozen=True)
class Held:
    """An alert that an Alertmanager holds (GET /api/v2/alerts)."""

    name: str
    receivers: tuple[str, ...]
    state: str
    """active, suppressed or unprocessed."""
    inhibited_by: tuple[str, ...]
    silenced_by: tuple[str, ...]


def is_of(labels: object, drill: str) -> bool:
    """Whether something with these labels is this drill's."""
    return isinstance(labels, dict) and any(labels.get(name) == drill for name in _NAMED_BY)


def fired(body: bytes, drill: str) -> dict[str, str] | Unreadable:
    """Name → state (pending, firing) of the drill's alerts, out of Prometheus' /api/v1/alerts."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    alerts = found.get("alerts") if isinstance(found, dict) else None
    if not isinstance(alerts, list):
        return Unreadable("a document without alerts")
    return {
        str(alert["labels"].get("alertname")): str(alert.get("state"))
        for alert in _objects(alerts)
        if is_of(alert.get("labels"), drill)
    }


def held(body: bytes, drill: str) -> dict[str, Held] | Unreadable:
    """Name → what the Alertmanager holds of the drill, out of /api/v2/alerts."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(instead_of(body, "JSON"))
    if not isinstance(document, list):
        return Unreadable("something else instead of a list of alerts")
    found = (_held(alert) for alert in _objects(document) if is_of(alert.get("labels"), drill))
    return {alert.name: alert for alert in found}


def _held(alert: dict[str, Any]) -> Held:
    status = alert.get("status")
    status = status if isinstance(status, dict) else {}
    receivers = alert.get("receivers")
    return Held(
        name=str(alert["labels"].get("alertname")),
        receivers=tuple(str(each.get("name")) for each in _objects(receivers)),
        state=str(status.get("state")),
        inhibited_by=_texts(status.get("inhibitedBy")),
        silenced_by=_texts(status.get("silencedBy")),
    )


def _objects(found: object) -> Iterable[dict[str, Any]]:
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def _texts(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, list) else ()
