"""What rules between the places of a file have in common: they read plain data, of whatever shape it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from atalaia.environment.document import Document
from atalaia.environment.faults import Fault, Location, did_you_mean, dotted, listed, shown

NAME = "NAME"
"""In a message: the name that stands there."""

Found = Iterator[tuple[Location, str, str, str]]
"""(where, what is wrong, what is allowed, what may have been meant)."""


def faults_of(document: Document, rules: Iterable[Callable[[Any], Found]]) -> list[Fault]:
    """Everything that the rules find wrong between the places of a file."""
    return [
        Fault(document.line(where), dotted(where), _filled(what, where, document), allowed, hint)
        for rule in rules
        for where, what, allowed, hint in rule(document.data)
        if not document.is_faulty(where)
    ]


def _filled(what: str, location: Location, document: Document) -> str:
    """The message with the name that stands there; not where a variable gave it, which may hold anything."""
    if NAME not in what:
        return what
    value = document.data
    for part in location:
        value = value[part]
    return what.replace(NAME, "such name" if location in document.taken else shown(value))


def declared(place: Any, key: str, here: Location, names: Collection[str], section: str) -> Found:
    """A fault where a key names something that is not declared."""
    name = place.get(key)
    if isinstance(name, str) and name not in names:
        what = f"no {NAME} under {section}"
        yield (*here, key), what, f"declared: {listed(names)}", did_you_mean(name, names)


def table(data: Any, key: str) -> dict[str, Any]:
    """The mapping under a key; an empty one where there is none."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def tables(data: Any, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings in the mapping under a key, by name."""
    return ((name, value) for name, value in table(data, key).items() if isinstance(value, dict))


def entries(data: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The mappings in the list under a key, by their positions."""
    value = data.get(key) if isinstance(data, dict) else None
    items = value if isinstance(value, list) else []
    return ((index, item) for index, item in enumerate(items) if isinstance(item, dict))


def texts(data: Any, key: str) -> Iterator[tuple[int, str]]:
    """The texts in the list under a key, by their positions."""
    value = data.get(key) if isinstance(data, dict) else None
    items = value if isinstance(value, list) else []
    return ((index, item) for index, item in enumerate(items) if isinstance(item, str))


def node_name(index: int, node: dict[str, Any]) -> str:
    """The name of a gateway's node, given or by its position."""
    name = node.get("name")
    return name if isinstance(name, str) else f"kong-{index + 1}"
