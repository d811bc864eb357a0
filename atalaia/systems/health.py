"""Health documents of services: what a body claims, whatever framework wrote it.

Understood: Spring Boot Actuator (`{"status": "UP"}`), IETF health+json (`{"status": "pass"}`, `warn`
counts as up), the customs of Express and others (`{"status": "ok"}`, `{"healthy": true}`,
`{"ok": true}`, `{"success": false}`), one plain word (`OK`), and Rails' green page.

A body that claims nothing, an empty one included, leaves the word to the status code, as load
balancers do. An HTML page or broken JSON is a fault: a web server that answers every path with its
start page must not count as a healthy service.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from atalaia.systems.document import instead_of

_UP = frozenset({
    "up", "ok", "okay", "healthy", "pass", "passing", "passed", "warn", "warning", "ready", "alive",
    "live", "online", "available", "running", "operational", "success", "green", "serving",
})  # fmt: skip
_DOWN = frozenset({
    "down", "fail", "failed", "failing", "failure", "error", "unhealthy", "unavailable", "offline",
    "out_of_service", "critical", "not_ready", "notready", "degraded", "dead", "red", "not_serving",
    "stopped", "ko", "unknown", "starting", "stopping",
})  # fmt: skip
_STATUS_KEYS = ("status", "health", "state", "overall", "overallstatus")
_FLAG_KEYS = ("healthy", "ok", "up", "success", "ready", "alive")
_NAME_KEYS = ("service", "serviceName", "service_name", "serviceId", "app", "application")
_VERSION_KEYS = ("version", "releaseId")


@dataclass(frozen=True)
class Health:
    """What a health document says."""

    up: bool | None
    """None: it says nothing about health, and the status code must do."""
    claim: str = ""
    """The claim as written: `status: DOWN`."""
    service: str | None = None
    """Who it says it is."""
    version: str | None = None
    fault: str = ""
    """Why this is no health document at all: `HTML instead of a health document`."""


def read_health(body: bytes) -> Health:
    """What a body claims; where it cannot be a health document, `fault` says why."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _no_json(body)
    if isinstance(document, str):
        return _word(document.encode())
    if isinstance(document, bool):
        return Health(document, f"{document}".lower())
    if not isinstance(document, dict):
        return Health(None)
    up, claim = _claim(document)
    return Health(up, claim, _text(document, _NAME_KEYS), _text(document, _VERSION_KEYS))


def _claim(document: dict[str, Any]) -> tuple[bool | None, str]:
    lowered = {str(key).lower(): (str(key), value) for key, value in document.items()}
    for wanted in _STATUS_KEYS:
        key, value = lowered.get(wanted, ("", None))
        if isinstance(value, dict):  # {"health": {"status": "UP"}}
            up, claim = _claim(value)
            if up is not None:
                return up, f"{key}.{claim}"
        elif isinstance(value, bool):
            return value, f"{key}: {str(value).lower()}"
        elif isinstance(value, str) and (up := _meaning(value)) is not None:
            return up, f"{key}: {value[:40]}"
    for wanted in _FLAG_KEYS:
        key, value = lowered.get(wanted, ("", None))
        if isinstance(value, bool):
            return value, f"{key}: {str(value).lower()}"
    return None, ""


def _meaning(word: str) -> bool | None:
    normal = word.strip().lower().replace(" ", "_").replace("-", "_")
    if normal in _UP:
        return True
    return False if normal in _DOWN else None


def _no_json(body: bytes) -> Health:
    start = body.lstrip()[:1]
    if start == b"<":
        for colour, up in ((b"green", True), (b"red", False)):
            if b"background-color: " + colour in body[:1000]:
                return Health(up, f"Rails' {colour.decode()} page")
        return Health(None, fault=instead_of(body, "a health document"))
    if start in (b"{", b"["):
        return Health(None, fault="broken JSON")
    return _word(body)


def _word(body: bytes) -> Health:
    """A body of one word or line, as simple services write it."""
    text = body[:100].decode("utf-8", "replace").strip().strip('."!')
    up = _meaning(text) if len(body) <= 100 else None
    return Health(up, text if up is not None else "")


def _text(document: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = document.get(key)
        if isinstance(value, str) and value:
            return value
    return None
