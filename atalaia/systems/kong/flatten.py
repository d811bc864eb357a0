"""What Kong answers to a file that it refuses when it is asked for one list: `?flatten_errors=1`.

Each entity stands there with all of its own faults and without the entities nested in it; what is in the
way of that stays in `fields` (Kong 3.4, kong/db/errors.lua).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from atalaia.systems.kong.problems import ENTITY, DeclarativeError, lua
from atalaia.systems.kong.records import CHILDREN, REFERENCES

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def flattened(refused: DeclarativeError) -> dict[str, Any]:
    """The body of Kong's answer to `POST /config?flatten_errors=1`."""
    if refused.status != 400 or refused.given is None:
        return refused.document
    fields: dict[str, Any] = {}
    entries: list[dict[str, Any]] = []
    for kind, section in sorted(refused.fields.items(), reverse=True):
        entities = refused.given.get(kind)
        if isinstance(section, dict | list) and isinstance(entities, list):
            for key, faults in _drained(section):
                if isinstance(key, int) and key < len(entities) and isinstance(entities[key], dict):
                    entries += _of_entity(kind, entities[key], faults)
        else:
            fields[kind] = section
    return {
        "fields": fields,
        "name": "invalid declarative configuration",
        "message": f"declarative config is invalid: {lua(fields)}",
        "code": 14,
        "flattened_errors": entries or {},
    }


def _drained(faults: dict[str, Any] | list[Any]) -> list[tuple[Any, Any]]:
    """Keys (positions from 0) and values, the last key first, as Kong takes them."""
    entries = faults.items() if isinstance(faults, dict) else enumerate(faults)
    return sorted(((key, it) for key, it in entries if it is not None), key=lambda it: it[0], reverse=True)


def _of_entity(kind: str, entity: dict[str, Any], faults: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(faults, dict):
        return
    entity, faults = dict(entity), dict(faults)
    for field, other in REFERENCES.get(kind, {}).items():
        if isinstance(entity.get(field), dict):
            value, its_faults = entity[field], faults.pop(field, None)
            entity[field] = _primary_key(value)
            yield from _of_entity(other, value, its_faults)
    for child, link in sorted(CHILDREN.get(kind, {}).items()):
        if not isinstance(entity.get(child), list):
            continue
        items, its_faults = entity.pop(child), faults.pop(child, None)
        if not isinstance(its_faults, dict | list):
            continue
        for position, fault in sorted(_drained(its_faults), key=lambda it: str(it[0])):
            item = items[position] if isinstance(position, int) and position < len(items) else None
            if isinstance(item, dict):
                linked = {link: key} if (key := _primary_key(entity)) and item.get(link) is None else {}
                yield from _of_entity(child, {**item, **linked}, fault)
    errors = list(_told(faults, ""))
    if errors:
        yield {**_labels(entity), "entity_type": kind.removesuffix("s"), "entity": entity, "errors": errors}


def _told(faults: Any, within: str) -> Iterator[dict[str, str]]:
    for key, fault in _drained(faults):
        name = f"{within}{key + 1 if isinstance(key, int) else key}"
        if key == ENTITY:
            yield from ({"type": "entity", "message": message} for message in fault)
        elif isinstance(fault, str):
            yield {"type": "field", "field": name, "message": fault}
        else:
            yield from _told(fault, f"{name}.")


def _labels(entity: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(entity.get("name"), str) and entity["name"]:
        found["entity_name"] = entity["name"]
    if _primary_key(entity):
        found["entity_id"] = entity["id"]
    tags = entity.get("tags")
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        found["entity_tags"] = tags
    return found


def _primary_key(entity: dict[str, Any]) -> dict[str, Any] | None:
    given = entity.get("id")
    return {"id": given} if isinstance(given, str) and _UUID.fullmatch(given) else None
