"""The channels of a receiver, by a configuration of the Alertmanager.

prometheus.io/docs/alerting/latest/configuration: `<receiver>`, `<email_config>` …; what `send_resolved` is
where nobody sets it differs from channel to channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from atalaia.systems.alertmanager.completion import CONFIGS
from atalaia.systems.alertmanager.defaults import sends_resolved
from atalaia.systems.document import Unreadable, json_object
from atalaia.systems.drill.model import Channel
from atalaia.systems.nesting import check_depth


def channels(configuration: str, receiver: str) -> tuple[Channel, ...] | Unreadable:
    """The channels of this receiver; why they are not known."""
    try:
        check_depth(configuration)
        document = yaml.safe_load(configuration)
    except yaml.YAMLError:
        return Unreadable("a configuration that is no YAML")
    receivers = document.get("receivers") if isinstance(document, dict) else None
    for found in receivers if isinstance(receivers, list) else ():
        if isinstance(found, dict) and found.get("name") == receiver:
            return tuple(_channels(found))
    return Unreadable(f"a configuration without a receiver {receiver}")


def running(body: bytes) -> str | Unreadable:
    """The configuration that an Alertmanager runs with, out of /api/v2/status."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    config = document.get("config")
    original = config.get("original") if isinstance(config, dict) else None
    return original if isinstance(original, str) else Unreadable("a status without a configuration")


def _channels(receiver: dict[str, Any]) -> Iterator[Channel]:
    for key, entries in receiver.items():
        kind = key.removesuffix(CONFIGS)
        if kind == key or not isinstance(entries, list):
            continue
        for entry in entries:
            settings = entry if isinstance(entry, dict) else {}
            resolved = bool(settings.get("send_resolved", sends_resolved(kind)))
            for to in _recipients(kind, settings, str(receiver["name"])):
                yield Channel(kind=kind, to=to, resolved=resolved)


def _recipients(kind: str, settings: dict[str, Any], receiver: str) -> list[str]:
    if kind == "webhook":
        return [receiver]
    said = str(settings.get({"slack": "channel", "email": "to"}.get(kind, ""), ""))
    if "{{" in said:  # a template; what becomes of it, only the Alertmanager knows
        return [""]
    return [each.strip() for each in said.split(",")] if kind == "email" else [said]
