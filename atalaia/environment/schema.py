"""The JSON Schema of a model's files, so that editors complete and check them while one writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from atalaia.environment.model import Environment
from atalaia.environment.units import format_duration
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
def model_schema(model: type[BaseModel]) -> Mapping[str, Any]:
    """What a model wants of each value, once its variables are filled in."""
    return model.model_json_schema(by_alias=True)


def json_schema(model: type[BaseModel] = Environment, title: str = "Atalaia environment") -> dict[str, Any]:
    """The schema for editors: as the model's, and any scalar may be a variable instead."""
    schema = _for_editors(dict(model_schema(model)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **schema,
    }


def _for_editors(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if not _says_nothing(key, value)}
    if isinstance(node.get("default"), str) and "pattern" in node:
        node["default"] = _as_written(node["default"])
    if isinstance(node.get("description"), str):
        node["description"] = " ".join(node["description"].split())
    if "patternProperties" in node:
        node["additionalProperties"] = False
    if _is_scalar(node):
        return _or_variable(node)
    node = {key: _for_editors(value) for key, value in node.items()}
    if "anyOf" in node:
        node["anyOf"] = [inner for one in node["anyOf"] for inner in _alternatives(one)]
    return node


def _says_nothing(key: str, value: object) -> bool:
    """A title is only the key again; a default of nothing is what an editor need not be told.
    (A property that is called `title` or `default` is a dictionary that says something.)"""
    if key == "title":
        return isinstance(value, str)
    return key == "default" and (value in (None, []) or (isinstance(value, dict) and "$ref" not in value))


def _as_written(default: str) -> str:
    """pydantic tells durations as ISO 8601 does: PT2S."""
    try:
        return format_duration(_iso().validate_python(default)) if default.startswith("P") else default
    except ValidationError:
        return default


@cache
def _iso() -> TypeAdapter[timedelta]:
    return TypeAdapter(timedelta)


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


def at(model: type[BaseModel], location: tuple[str | int, ...]) -> Mapping[str, Any]:
    """What a model wants at a place; empty where it knows no such place."""
    root = model_schema(model)
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
