"""Plain data becomes what its model describes, or everything that pydantic finds wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from atalaia.environment.document import Document
from atalaia.environment.faults import Location

Described = TypeVar("Described", bound=BaseModel)

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_TRUTH = {"true": True, "false": False}


def validated(
    document: Document, model: type[Described], directory: Path
) -> tuple[Described | None, list[ErrorDetails]]:
    """The model of the data, or what is wrong with it apart from what is known to be wrong. Files that it
    names are looked for from the directory."""
    errors: list[ErrorDetails] = []
    for _ in range(2):
        try:
            found = model.model_validate_json(json.dumps(document.data), context={"directory": directory})
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
            if not _retyped(document, errors):
                break
        else:
            return found, []
    return None, [error for error in errors if _counts(error, errors, document)]


def _counts(error: ErrorDetails, errors: list[ErrorDetails], document: Document) -> bool:
    """Whether an error is a fault of its own. A list is also too short for pydantic when one of its
    items is wrong."""
    location = error["loc"]
    if error["type"] == "value_error" and any(
        faulty[: len(location)] == location for faulty in document.faulty
    ):
        return False  # what it says of a section is said of one with nothing in a place
    if error["type"] == "too_short":
        length = len(location)
        if any(len(other["loc"]) > length and other["loc"][:length] == location for other in errors):
            return False
    return not document.is_faulty(location)


def _retyped(document: Document, errors: list[ErrorDetails]) -> bool:
    """Whether texts that came from variables could be made the numbers and truth values that are wanted."""
    changed = False
    for error in errors:
        location: Location = error["loc"]
        text = error["input"]
        if location not in document.taken or not isinstance(text, str):
            continue
        if error["type"] == "int_type" and _WHOLE_NUMBER.fullmatch(text):
            document.retype(location, int(text))
            changed = True
        if error["type"] == "float_type" and _NUMBER.fullmatch(text):
            document.retype(location, float(text))
            changed = True
        if error["type"] == "bool_type" and text in _TRUTH:
            document.retype(location, _TRUTH[text])
            changed = True
    return changed
