"""A declarative file's text as a document: what YAML allows, within bounds."""

from __future__ import annotations

from typing import Any

import yaml

from atalaia.systems.kong.problems import DeclarativeError, Problem

_NODES = 500_000
_DEPTH = 100


class _Loader(yaml.CSafeLoader):
    """libyaml, as in Kong; without dates: Kong reads 2001-01-01 as text. Every key is text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:  # type: ignore[override]
        return {str(key): value for key, value in super().construct_mapping(node, deep).items()}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> dict[str, Any]:
    """The document of a declarative file. Raises DeclarativeError where it is none."""
    try:
        # Reading events needs no stack; building a document does, and would end the process.
        _check_depth(text)
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        raise _failed(f"{place}{error.problem}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _failed(str(error).splitlines()[0]) from None
    if not isinstance(document, dict):
        raise _failed("expected an object")
    _measure(document, 0, {})
    return document


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEPTH:
            raise _failed("nested too deeply")


def _failed(why: str) -> DeclarativeError:
    return DeclarativeError([Problem(("error",), f"failed parsing declarative configuration: {why}")])


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
        raise _failed("too large once its aliases are written out")
    return size
