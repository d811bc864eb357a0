"""Where things stand in a declarative file: from keys and positions to a line of its text."""

from __future__ import annotations

from functools import cached_property

import yaml

from atalaia.systems.kong.problems import Path
from atalaia.systems.kong.source import MERGE, compose, merge_sources


class Lines:
    """The lines of one text that is a YAML document. It is read again for them at the first question."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _root(self) -> yaml.Node | None:
        return compose(self._text)

    def of(self, path: Path) -> int:
        """The line (from 1) of what stands at a path, or of the innermost part of it that is there.

        What an alias or `<<` brought is told where its text stands.
        """
        return self._walk(path)[1]

    def exact(self, path: Path) -> int | None:
        """The line of what stands at a path; None where nothing does."""
        whole, line = self._walk(path)
        return line if whole else None

    def _walk(self, path: Path) -> tuple[bool, int]:
        node = self._root
        if node is None:
            return not path, 1
        mark = node.start_mark
        for part in path:
            found = _child(node, part)
            if found is None:
                return False, mark.line + 1
            mark, node = found
        return True, mark.line + 1


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """Where a key or an item begins, and its value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        if part >= len(node.value):
            return None
        return node.value[part].start_mark, node.value[part]
    if isinstance(node, yaml.MappingNode):
        return _entry(node, str(part), set())
    return None


def _entry(node: yaml.MappingNode, name: str, known: set[int]) -> tuple[yaml.Mark, yaml.Node] | None:
    """Of equal keys the last one counts, and the mapping's own before those that it merges."""
    known.add(id(node))
    for key, value in reversed(node.value):
        if key.tag != MERGE and isinstance(key, yaml.ScalarNode) and key.value == name:
            return key.start_mark, value
    for key, value in reversed(node.value):
        if key.tag == MERGE:
            for source in merge_sources(value):
                if id(source) not in known and (found := _entry(source, name, known)) is not None:
                    return found
    return None
