"""The JSON Schema of environment files, so that editors complete and check them while one writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from atalaia.environment.model import Environment
from atalaia.environment.variables import PATTERN

_TYPED = {
    "type",
    "enum",
    "const",
    "pattern",
    "minimum",
    "maxLength",
    "minLength",
    "format",
    "examples",
    "writeOnly",
}


@cache
def model_schema() -> Mapping[str, Any]:
    """What the model wants of each value, once its variables are filled in."""
    return Environment.model_json_schema(by_alias=True)


def json_schema() -> dict[str, Any]:
    """The schema for editors: as the model's, and any scalar may be a variable instead."""
    schema = _for_editors(dict(model_schema()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Atalaia environment",
        **schema,
    }


def _for_editors(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    # A title is only the key again; a property that is called `title` would be a dictionary.
    node = {key: value for key, value in node.items() if key != "title" or isinstance(value, dict)}
    if _is_scalar(node):
        return _or_variable(node)
    node = {key: _for_editors(value) for key, value in node.items()}
    if "anyOf" in node:
        node["anyOf"] = [inner for one in node["anyOf"] for inner in _alternatives(one)]
    return node


def _alternatives(node: dict[str, Any]) -> list[dict[str, Any]]:
    return node["anyOf"] if node.keys() == {"anyOf"} else [node]


def _is_scalar(node: Mapping[str, Any]) -> bool:
    return node.get("type") in ("integer", "boolean", "number") or (
        node.get("type") == "string" and bool({"enum", "const", "pattern", "format"} & node.keys())
    )


def _or_variable(node: dict[str, Any]) -> dict[str, Any]:
    typed = {key: value for key, value in node.items() if key in _TYPED}
    told = {key: value for key, value in node.items() if key not in _TYPED}
    if node["type"] == "string" and "pattern" in node:
        return {**told, **typed, "pattern": f"{node['pattern']}|{PATTERN}"}
    return {**told, "anyOf": [typed, {"type": "string", "pattern": PATTERN}]}


def at(location: tuple[str | int, ...]) -> Mapping[str, Any]:
    """What the model wants at a place; empty where it knows no such place."""
    root = model_schema()
    node: Mapping[str, Any] = root
    for part in location:
        node = _resolved(node, root)
        if isinstance(part, int):
            node = node.get("items", {})
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        else:
            # A mapping from names to things: its pattern is that of the names.
            further = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
            node = next((one for one in further if isinstance(one, dict)), {})
    return _resolved(node, root)


def _resolved(node: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself behind references and `or null`."""
    while True:
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
        elif alternatives := [one for one in node.get("anyOf", ()) if one.get("type") != "null"]:
            node = alternatives[0]
        else:
            return node
