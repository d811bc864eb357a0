"""Kong's entity schemas, read from schemas.json: what a field must be, and what it is by default.

The file holds what a Kong 3.4.2 tells about itself under /schemas/…; this module interprets it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from atalaia.systems.kong.lua_patterns import matches
from atalaia.systems.kong.paths import compiles
from atalaia.systems.kong.problems import ENTITY, Problem
from atalaia.systems.lines import Path

Report = Callable[[Problem], None]
Field = Mapping[str, Any]

_EXPECTED = {
    "string": "a string", "number": "a number", "integer": "an integer", "boolean": "a boolean",
    "array": "an array", "set": "a set", "map": "a map", "record": "a record",
    "foreign": "a foreign reference",
}  # fmt: skip


@cache
def _data() -> dict[str, Any]:
    return json.loads((files(__package__) / "schemas.json").read_text())  # type: ignore[no-any-return]


@cache
def entity_schema(entity: str) -> Field | None:
    """The schema of `services`, `routes` …; None where it is not known."""
    found: Field | None = _data()["entities"].get(entity)
    return found


@cache
def plugin_schema(plugin: str) -> Field | None:
    """The schema of a plugin; None where it is bundled but its fields are not known here."""
    found: Field | None = _data()["plugins"].get(plugin)
    return found


@cache
def bundled_plugins() -> frozenset[str]:
    """The names of the plugins that Kong brings along."""
    return frozenset(_data()["bundled_plugins"])


@cache
def fields_of(schema: str, plugin: bool = False) -> Mapping[str, Field]:
    """Field name → field, in Kong's order."""
    found = plugin_schema(schema) if plugin else entity_schema(schema)
    if found is None:
        return {}
    return {name: field for item in found["fields"] for name, field in item.items()}


def fill(fields: Mapping[str, Field], given: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """A record with every field of the schema: given, by default, or None. Faults go to `report`."""
    record: dict[str, Any] = {}
    for name in given:
        if name not in fields:
            report(Problem((*path, str(name)), "unknown field"))
    for name, field in fields.items():
        record[name] = _value(field, given.get(name), (*path, name), report)
    return record


def check_entity(schema: Field, record: Mapping[str, Any], path: Path, report: Report) -> None:
    """The checks over several fields: at least one of them, one where another has a certain value."""
    for check in schema.get("entity_checks", ()):
        (kind, rule), *_ = check.items()
        if kind == "at_least_one_of" and all(_at(record, name) in (None, [], {}, "") for name in rule):
            names = ", ".join(f"'{name}'" for name in rule)
            report(Problem((*path, ENTITY), f"at least one of these fields must be non-empty: {names}"))
        elif kind == "conditional" and _holds(rule["if_match"], _at(record, rule["if_field"])):
            _check_then(rule, record, path, report)


def _check_then(rule: Field, record: Mapping[str, Any], path: Path, report: Report) -> None:
    value = _at(record, rule["then_field"])
    where = (*path, *rule["then_field"].split("."))
    match = rule["then_match"]
    if match.get("required") and value is None:
        report(Problem(where, "required field missing"))
    elif "then_err" in rule and match.get("len_eq") == 0 and value:
        report(Problem(where, rule["then_err"]))
        return
    elif "eq" in match and match["eq"] is None and value is not None:
        report(Problem(where, "value must be null"))
    else:
        return
    report(
        Problem((*path, ENTITY), f"failed conditional validation given value of field '{rule['if_field']}'")
    )


def _holds(match: Field, value: Any) -> bool:
    if "elements" in match:
        return isinstance(value, list) and all(_holds(match["elements"], it) for it in value)
    if "one_of" in match:
        return value in match["one_of"]
    if "not_one_of" in match:
        return value not in match["not_one_of"]
    if "match_any" in match:
        return any(matches(pattern, str(value)) for pattern in match["match_any"]["patterns"])
    return "eq" in match and bool(value == match["eq"])


def _at(record: Mapping[str, Any], dotted: str) -> Any:
    node: Any = record
    for part in dotted.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _value(field: Field, value: Any, path: Path, report: Report) -> Any:
    kind = field["type"]
    if value is None and kind == "record" and "fields" in field and not field.get("abstract"):
        value = field.get("default") or ({} if field.get("required") else None)
    if value is None:
        value = field.get("default")
        value = copy.deepcopy(value) if isinstance(value, list | dict) else value
        if value is None:
            if field.get("required") and not field.get("abstract") and not field.get("auto"):
                report(Problem(path, "required field missing"))
            return None
    if value in ({}, []) and kind in ("array", "set", "map", "record"):
        value = [] if kind in ("array", "set") else {}  # one empty table to Lua
    if kind == "map" and isinstance(value, list):
        report(Problem(path, f"expected {_EXPECTED[field['keys']['type']]}"))  # its keys are numbers
        return value
    if not _is(kind, value):
        report(Problem(path, f"expected {_EXPECTED[kind]}"))
        return value
    if subsets := field.get("mutually_exclusive_subsets"):
        strangers = [item for item in value if not any(item in subset for subset in subsets)]
        if strangers:
            report(Problem(path, f"unknown type: {strangers[0]}"))
            return value
    if kind in ("array", "set"):
        value = [_value(field["elements"], item, (*path, i), report) for i, item in enumerate(value)]
    elif kind == "record" and "fields" in field:
        inner = {name: item for entry in field["fields"] for name, item in entry.items()}
        return fill(inner, value, path, report)
    elif kind == "map":
        return _map(field, value, path, report)
    if message := _fault(field, value):
        report(Problem(path, message, shown=_unquoted(message, value) if "config" in path else None))
    return value


def _unquoted(message: str, value: Any) -> str:
    """Kong's words without the value: a plugin's setting may be a header with a credential."""
    return message.replace(f": {value}", "") if isinstance(value, str) and value else message


def _map(field: Field, value: Mapping[Any, Any], path: Path, report: Report) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, item in value.items():
        if message := _fault(field.get("keys", {}), key):
            report(Problem(path, message))
        filled[str(key)] = _value(field["values"], item, (*path, str(key)), report)
    return filled


def _is(kind: str, value: Any) -> bool:
    if kind in ("array", "set"):
        return isinstance(value, list)
    if kind in ("map", "record"):
        return isinstance(value, dict)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "string":
        return isinstance(value, str)
    if kind == "foreign":
        return isinstance(value, str | dict)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return kind == "number" or value == value // 1


def _fault(field: Field, value: Any) -> str | None:
    """Kong's words for the first bound that a value breaks; None where it breaks none."""
    if "one_of" in field and value not in field["one_of"]:
        return "expected one of: " + ", ".join(map(str, field["one_of"]))
    if "between" in field and not field["between"][0] <= value <= field["between"][1]:
        return "value should be between {} and {}".format(*field["between"])
    if "gt" in field and not value > field["gt"]:
        return f"value must be greater than {field['gt']}"
    if "len_min" in field and len(value) < field["len_min"]:
        return f"length must be at least {field['len_min']}"
    if field["type"] == "string" if "type" in field else isinstance(value, str):
        return _text_fault(field, value)
    return None


def _text_fault(field: Field, value: str) -> str | None:
    if value == "" and "len_min" not in field:
        return "length must be at least 1"
    if "starts_with" in field and not value.startswith(field["starts_with"]):
        return f"should start with: {field['starts_with']}"
    if "match" in field and not matches(field["match"], value):
        return f"invalid value: {value}"
    for rule in field.get("match_none", ()):
        if matches(rule["pattern"], value):
            return str(rule["err"])
    for rule in field.get("match_all", ()):
        if not matches(rule["pattern"], value):
            return str(rule["err"])
    any_of = field.get("match_any")
    if any_of and not any(matches(pattern, value) for pattern in any_of["patterns"]):
        return str(any_of["err"])
    if field.get("is_regex"):
        return None if compiles(value) else f"'{value}' is not a valid regex"
    return None
