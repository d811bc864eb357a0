"""YAML as nodes with line numbers, composed within bounds and without surprises.

PyYAML's own composer recurses, keeps the last of two equal keys, and expands aliases without limit.
This one builds from the parser's events with a stack of its own, refuses duplicates in the same
walk, and bounds depth and expansion. Nothing is resolved to types here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from atalaia.environment.faults import Fault, dotted
from atalaia.environment.yaml_problems import problem

MAX_DEPTH = 32
MAX_NODES = 20_000
"""Values in a file, those that aliases repeat included."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_STRING_TAGS = {"!", "tag:yaml.org,2002:str"}
_COLLECTION_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MERGE = "<<"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, and whether it was written without quotes."""

    line: int
    text: str
    plain: bool
    broken: bool = False
    """It is not what was meant, and has a fault already."""
    weight: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple[Node, ...]
    weight: int
    height: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, where it stands, and its value."""

    line: int
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping: its keys are texts, each there once."""

    line: int
    entries: tuple[Entry, ...]
    weight: int
    height: int


Node = Scalar | Items | Entries


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet; a mapping's items are key, value, key, value …"""

    line: int
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)


class _Beyond(Exception):
    """The file cannot be read on."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


def compose(text: str) -> tuple[Node | None, list[Fault]]:
    """The root node (None for a file that says nothing or cannot be read), and every fault on the way."""
    composer = _Composer()
    try:
        root = composer.compose(text)
    except yaml.YAMLError as error:
        return None, [*composer.faults, problem(error)]
    except _Beyond as beyond:
        return None, [*composer.faults, beyond.fault]
    return root, composer.faults


class _Composer:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._root: Node | None = None
        self._count = 0

    def compose(self, text: str) -> Node | None:
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Beyond(Fault(line, "", "a second document (---)", "one document a file"))
            elif isinstance(event, yaml.AliasEvent):
                node = self._aliased(event.anchor or "", line)
                self._counted(node.weight, line)
                self._add(node, line)
            elif isinstance(event, yaml.ScalarEvent):
                self._counted(1, line)
                self._add(self._scalar(event, line), line, event.anchor)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._counted(1, line)
                if event.tag not in _COLLECTION_TAGS:
                    self._check_tag(event.tag, line)
                self._check_depth(len(self._open) + 1, line)
                self._open.append(_Open(line, event.anchor, isinstance(event, yaml.MappingStartEvent)))
            elif isinstance(event, yaml.CollectionEndEvent):
                ended = self._open.pop()
                self._add(self._mapping(ended) if ended.is_mapping else _list(ended), line, ended.anchor)
        return self._root

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Scalar:
        broken = not self._check_tag(event.tag, line)
        plain = event.style in (None, "") and event.tag not in _STRING_TAGS
        if plain and not event.value and event.anchor:
            self._fault(line, "an anchor (a word after &) of nothing", _quoted("&"))
            broken = True
        if any("\ud800" <= character <= "\udfff" for character in event.value):
            raise _Beyond(Fault(line, "", "not YAML: half a character (a surrogate)"))
        return Scalar(line, event.value, plain, broken)

    def _check_tag(self, tag: str | None, line: int) -> bool:
        if tag is None or tag in _STRING_TAGS:
            return True
        self._fault(line, "a tag (a word after !)", _quoted("!"))
        return False

    def _aliased(self, anchor: str, line: int) -> Node:
        if anchor not in self._anchors:
            self._fault(line, "an alias (a word after *) of nothing before it", _quoted("*"))
        return self._anchors.get(anchor, Scalar(line, "", plain=True, broken=True))

    def _counted(self, weight: int, line: int) -> None:
        self._count += weight
        if self._count > MAX_NODES:
            allowed = f"at most {MAX_NODES}, those that aliases repeat counted too"
            raise _Beyond(Fault(line, "", "too many values", allowed))

    def _add(self, node: Node, line: int, anchor: str | None = None) -> None:
        self._check_depth(len(self._open) + node.height, line)
        if anchor:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].items.append(node)
        else:
            self._root = node

    def _check_depth(self, depth: int, line: int) -> None:
        if depth > MAX_DEPTH:
            raise _Beyond(Fault(line, "", "nested too deeply", f"at most {MAX_DEPTH} levels"))

    def _mapping(self, ended: _Open) -> Entries:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in zip(ended.items[::2], ended.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._fault(key.line, "a key that is a list or a mapping", "keys are words")
            elif key.text == _MERGE and key.plain:
                for entry in self._merged(value, key.line):
                    merged.setdefault(entry.key, entry)
            elif key.text in own:
                there = f"the first one is in line {own[key.text].line}"
                self._fault(key.line, "a key that is there already", there, key.text)
            else:
                own[key.text] = Entry(key.line, key.text, value)
        entries = tuple((merged | own).values())
        return Entries(
            ended.line,
            entries,
            weight=1 + sum(1 + entry.value.weight for entry in entries),
            height=1 + max((entry.value.height for entry in entries), default=0),
        )

    def _merged(self, value: Node, line: int) -> Iterator[Entry]:
        """The entries that `<<` adds where they are not there already."""
        sources = value.items if isinstance(value, Items) else (value,)
        for source in sources:
            if isinstance(source, Entries):
                yield from source.entries
            else:
                self._fault(
                    line, "<< with something that is not a mapping", "an alias of a mapping: <<: *name"
                )

    def _fault(self, line: int, what: str, allowed: str, *further: str) -> None:
        self.faults.append(Fault(line, dotted((*self._location(), *further)), what, allowed))

    def _location(self) -> Iterator[str | int]:
        """Where the walk is: the keys and positions of what is open."""
        for opened in self._open:
            if not opened.is_mapping:
                yield len(opened.items)
            elif len(opened.items) % 2 and isinstance(key := opened.items[-1], Scalar):
                yield key.text


def _list(ended: _Open) -> Items:
    items = tuple(ended.items)
    weight = 1 + sum(item.weight for item in items)
    return Items(ended.line, items, weight, 1 + max((item.height for item in items), default=0))


def _quoted(sign: str) -> str:
    return f"put a value that begins with {sign} in quotes"
