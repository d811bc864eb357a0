"""A YAML file as plain data: variables filled in, scalars typed, every place known by line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from atalaia.environment.faults import Fault, Location, dotted
from atalaia.environment.model import Environment
from atalaia.environment.schema import at
from atalaia.environment.variables import has_reference, substitute
from atalaia.environment.yaml_nodes import Entries, Items, Node, Scalar

_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
"""The words of YAML 1.2. Those of YAML 1.1 (`yes`, `no`, `on`, `off`) are texts."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
"""Decimal only: `010`, `0x10`, `1_000` and `1:30` mean different things to different readers."""

_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?")


@dataclass
class Document:
    """Plain data (what JSON can say), and what is known of its places."""

    data: Any
    model: type[BaseModel] = Environment
    """What the file is to describe."""
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Location] = field(default_factory=set)
    """Values that could not be told (an unset variable, an alias of nothing): None in the data, and no
    further fault."""
    taken: dict[Location, tuple[str, ...]] = field(default_factory=dict)
    """Texts that named variables → the values that came from the process."""

    def line(self, location: Location) -> int:
        """The line of a value, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def is_faulty(self, location: Location) -> bool:
        """Whether this value, or anything around it, has a fault of its own already."""
        return any(location[:length] in self.faulty for length in range(len(location) + 1))

    def retype(self, location: Location, value: object) -> None:
        """Put another value in the place of one."""
        *way, last = location
        container = self.data
        for part in way:
            container = container[part]
        container[last] = value


def document_of(root: Node, variables: Mapping[str, str], model: type[BaseModel] = Environment) -> Document:
    """The plain data of a composed file. Its depth is bounded by the composer."""
    document = Document(None, model)
    document.data = _plain(root, (), document, variables)
    return document


def _plain(node: Node, location: Location, document: Document, variables: Mapping[str, str]) -> Any:
    document.lines.setdefault(location, node.line)
    if isinstance(node, Scalar) and node.broken:
        document.faulty.add(location)
        return None
    if isinstance(node, Scalar):
        return _scalar(node, location, document, variables)
    if isinstance(node, Items):
        return [
            _plain(item, (*location, index), document, variables) for index, item in enumerate(node.items)
        ]
    assert isinstance(node, Entries)
    data = {}
    for entry in node.entries:
        document.lines[*location, entry.key] = entry.line
        data[entry.key] = _plain(entry.value, (*location, entry.key), document, variables)
    return data


def _scalar(node: Scalar, location: Location, document: Document, variables: Mapping[str, str]) -> Any:
    if not has_reference(node.text):
        return _typed(node.text) if node.plain else node.text
    filled = substitute(node.text, variables)
    document.taken[location] = filled.taken
    for what, allowed in filled.problems:
        if at(document.model, location).get("format") == "password":
            allowed = "set it"
        document.faults.append(Fault(document.line(location), dotted(location), what, allowed))
        document.faulty.add(location)
    return None if filled.problems else filled.text


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
