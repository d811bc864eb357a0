"""A declarative file's text as a document: what YAML allows, within bounds."""

from __future__ import annotations

from collections.abc import Hashable
from math import inf
from typing import Any, NoReturn

import yaml

from atalaia.systems.kong.problems import DeclarativeError, Problem
from atalaia.systems.lines import MERGE, merge_sources

_NODES = 500_000
_DEPTH = 100
_EXACT = 2**1000
"""Beyond it a whole number does not fit the only kind of number that Lua knows."""


class Loader(yaml.CSafeLoader):
    """libyaml, as in Kong; without dates: Kong reads 2001-01-01 as text. Every key is text."""

    merged = 0
    """Entries that `<<` brought, so far."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:  # type: ignore[override]
        """A mapping whose keys are text."""
        return {str(key): value for key, value in super().construct_mapping(node, deep).items()}

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Write out `<<`, each key once: PyYAML repeats them, in a chain of merges without end."""
        if not any(key.tag == MERGE for key, _ in node.value):
            return
        pairs, node.value = node.value, []  # a mapping that merges itself ends here
        found: dict[Hashable, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in pairs:
            if key.tag == MERGE:
                for source in reversed(merge_sources(value)):
                    self.flatten_mapping(source)
                    self.merged += len(source.value)
                    if self.merged > _NODES:
                        _refuse_size()
                    found |= {_name(key): (key, value) for key, value in source.value}
        node.value = [*found.values(), *(pair for pair in pairs if pair[0].tag != MERGE)]

    def construct_number(self, node: yaml.ScalarNode) -> float:
        """A whole number; one that does not fit Lua's is infinite to it."""
        number: int = self.construct_yaml_int(node)
        return number if abs(number) < _EXACT else inf if number > 0 else -inf


_UNKNOWN_TO_KONG = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_number)
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _UNKNOWN_TO_KONG]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> dict[str, Any]:
    """The document of a declarative file. Raises DeclarativeError where it is none."""
    try:
        # Reading events needs no stack; building a document does, and would end the process.
        _check_events(text)
        document = _first_document(text)
    except yaml.MarkedYAMLError as error:
        raise _failed(f"{error.problem}", _line(error)) from None
    except yaml.YAMLError as error:
        raise _failed(str(error).splitlines()[0]) from None
    except (ValueError, LookupError, AttributeError, TypeError, OverflowError):
        # PyYAML takes the value of an explicit tag (`!!int x`) for what the tag says.
        raise _failed("a value that does not fit its tag") from None
    if isinstance(document, list) and not document:
        document = {}  # one empty table to Lua
    if not isinstance(document, dict):
        raise _failed("expected an object", fails_kong=isinstance(document, list))
    _measure(document, 0, {})
    return document


def _first_document(text: str) -> Any:
    """Like Kong, which reads no further than the first `---` that follows something."""
    loader = Loader(text)
    try:
        return loader.get_data() if loader.check_node() else None
    finally:
        loader.dispose()


def _check_events(text: str) -> None:
    depth = 0
    line = column = 0
    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            if event.start_mark:
                line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEPTH:
                raise _failed("nested too deeply", line)
    except yaml.MarkedYAMLError as error:
        # Kong tells where the last thing begins that it could read.
        raise _failed(f"{line}:{column}: {error.problem}", _line(error)) from None


def _failed(why: str, line: int | None = None, *, fails_kong: bool = False) -> DeclarativeError:
    message = f"failed parsing declarative configuration: {why}"
    return DeclarativeError([Problem(("error",), message, line=line, fails_kong=fails_kong)])


def _line(error: yaml.MarkedYAMLError) -> int | None:
    return error.problem_mark.line + 1 if error.problem_mark else None


def _refuse_size() -> NoReturn:
    raise _failed("too large once its aliases are written out")


def _name(key: yaml.Node) -> Hashable:
    return (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)


def _measure(node: Any, depth: int, known: dict[int, int]) -> int:
    """The number of nodes once every alias is written out. Raises DeclarativeError beyond the bounds."""
    if not isinstance(node, dict | list):
        return 1
    if depth > _DEPTH:  # a list that holds itself ends here, too
        raise _failed("nested too deeply")
    if (size := known.get(id(node))) is None:
        children = node if isinstance(node, list) else node.values()
        size = 1 + sum(_measure(child, depth + 1, known) for child in children)
        known[id(node)] = size
    if size > _NODES:
        _refuse_size()
    return size
