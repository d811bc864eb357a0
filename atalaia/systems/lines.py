"""Where things stand in a YAML file: from keys and positions to a line of its text."""

from __future__ import annotations

from functools import lru_cache

import yaml

Path = tuple[str | int, ...]
"""Keys and list positions (from 0) down to the place in the document."""
MERGE = "tag:yaml.org,2002:merge"
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class Lines:
    """The lines of one text, of its first YAML document. It is read for them at the first question.

    Where it is no YAML, everything is told to stand in line 1.
    """

    def __init__(self, text: str) -> None:
        self._text = text

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
        node = _root(self._text)
        if node is None:
            return not path, 1
        mark = node.start_mark
        for part in path:
            try:
                found = _child(node, part)
            except yaml.YAMLError:
                found = None
            if found is None:
                return False, mark.line + 1
            mark, node = found
        return True, mark.line + 1


@lru_cache(maxsize=8)
def _root(text: str) -> yaml.Node | None:
    """The nodes of a text; many ask for lines of the same few files."""
    loader = _LOADER(text)
    try:
        node: yaml.Node | None = loader.get_node() if loader.check_node() else None
    except (yaml.YAMLError, RecursionError):
        return None
    finally:
        loader.dispose()
    return node


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


def merge_sources(value: yaml.Node) -> list[yaml.MappingNode]:
    """The mappings that the value of `<<` stands for, the one that counts most first."""
    sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
    for source in sources:
        if not isinstance(source, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(
                None, None, "expected a mapping or list of mappings for merging", source.start_mark
            )
    return list(sources)
