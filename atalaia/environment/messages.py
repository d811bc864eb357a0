"""What pydantic found wrong, as faults: what is wrong, what is allowed, what may have been meant.

The input is never quoted: pydantic's own messages leave it out, and ours do not put it back.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from atalaia.environment.base import HTTP_PATH, NAME
from atalaia.environment.document import Document
from atalaia.environment.faults import Fault, Location, did_you_mean, dotted, listed
from atalaia.environment.policy import CHECK_ID
from atalaia.environment.schema import at

_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "path_type": "a path",
    "date_type": "a date",
    "literal_error": "a word",
    "enum": "a word",
}
"""pydantic's name for a wrong type → the type that is wanted."""

_PATTERNS = {
    NAME: ("not a name", "lower-case letters, digits and hyphens"),
    HTTP_PATH: ("not a path of a server", "it begins with / and has no spaces"),
    CHECK_ID: ("not the id of a check", "such as postgres.login-refused"),
}


def fault_of(error: ErrorDetails, document: Document) -> Fault:
    """One of pydantic's errors as a fault, at the line where it is to be mended."""
    location: Location = tuple(part for part in error["loc"] if part != "[key]")
    what, allowed, hint = _told(error, location, document.model)
    return Fault(document.line(location), dotted(location), what, allowed, hint)


def _told(error: ErrorDetails, location: Location, model: type[BaseModel]) -> tuple[str, str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case "missing":
            return "missing", _sentence(at(model, location).get("description", "")), ""
        case "extra_forbidden":
            names = tuple(at(model, location[:-1]).get("properties", ()))
            return "unknown key", f"known: {listed(names)}", did_you_mean(location[-1], names)
        case "value_error":
            what, _, allowed = str(context["error"]).partition("; ")
            return _or_nothing(what, value), allowed, ""
        case "literal_error" | "enum" if isinstance(value, str):
            words = _words(model, location)
            return "not one of the words", f"one of {listed(words)}", did_you_mean(value, words)
        case "string_pattern_mismatch":
            return *_PATTERNS.get(context["pattern"], ("not of the right form", "")), ""
        case "string_too_long":
            return "too long", f"at most {context['max_length']} characters", ""
        case "string_too_short":
            return "an empty text", "", ""
        case "too_short":
            return "an empty list", f"at least {context['min_length']}", ""
        case "greater_than_equal":
            return "too small a number", f"at least {context['ge']}", ""
        case "greater_than":
            return "too small a number", f"more than {context['gt']:g}", ""
        case "less_than_equal":
            return "too great a number", f"at most {context['le']}", ""
    wanted = _KINDS.get(kind, "something else")
    return f"{_found(value)}, not {wanted}", _remedy(kind, value, model, location), ""


def _sentence(description: str) -> str:
    return " ".join(description.split()).rstrip(".")


def _or_nothing(what: str, value: object) -> str:
    return f"nothing; {what}" if value is None else what


def _words(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    wanted = at(model, location)
    return tuple(wanted.get("enum", ())) or (wanted.get("const", ""),)


def _remedy(kind: str, value: Any, model: type[BaseModel], location: Location) -> str:
    if value is None:
        return "give it a value, or leave the key out"
    if kind == "string_type" and isinstance(value, (int, float)):
        return "put it in quotes"
    if kind == "int_type" and isinstance(value, str):
        canonical = re.fullmatch("0|[1-9][0-9]{0,17}", value)
        return "leave its quotes out" if canonical else "digits without quotes: 100"
    if kind in ("literal_error", "enum"):
        return f"one of {listed(_words(model, location))}"
    return ""


def _found(value: object) -> str:
    """What stands there, by its type alone."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
    return "something else"
